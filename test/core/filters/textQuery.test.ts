import { expect, test } from 'vitest';
import { readTextQuery, type TextQuery } from '../../../src/core/filters/textQuery.ts';

const NOTHING: TextQuery = { any: [], all: [], none: [] };

// Prefect 3.8.8's own parser gives the same results.
test.each<[query: string, read: Partial<TextQuery>]>([
  ['', {}],
  ['  \t ', {}],
  ['one', { any: ['one'] }],
  [' one  two ', { any: ['one', 'two'] }],
  ['-one !two +three', { none: ['one', 'two'], all: ['three'] }],
  ['- one ! +', { any: ['one'] }],
  ['--one +-two', { none: ['-one'], all: ['-two'] }],
  ['a-b c+', { any: ['a-b', 'c+'] }],
  ['"two words" -"not these"', { any: ['two words'], none: ['not these'] }],
  ['one"two"three', { any: ['one', 'two', 'three'] }],
  ['"not closed -one', { any: ['not closed -one'] }],
  ['"" " " -""', {}],
  ['"say \\"hi\\"" "back\\\\slash" "\\n"', { any: ['say "hi"', 'back\\slash', '\\n'] }],
  ['"ends in \\', { any: ['ends in \\'] }],
  ['back\\slash \\', { any: ['back\\slash', '\\'] }],
  ['100% a_b', { any: ['100%', 'a_b'] }],
])('the text query %j is split into its words', (query, read) => {
  expect(readTextQuery(query)).toEqual({ ...NOTHING, ...read });
});
