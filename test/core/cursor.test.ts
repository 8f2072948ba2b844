import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from '../../src/core/cursor.ts';
import { Problem } from '../../src/core/problem.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64url');

test.each([[[]], [['id']], [[1_795_262_400_000_001, 'id']], [[null, 'id']], [['ü😀', -0.5, null]]])(
  'the keys %j are read back',
  (keys) => expect(decodeCursor('runs:ID', encodeCursor('runs:ID', keys))).toEqual(keys),
);

test('a cursor can stand in an address as it is', () =>
  expect(encodeCursor('runs:ID', ['???>>>', 'ü'])).toMatch(/^[A-Za-z0-9_-]+$/));

const good = encodeCursor('runs:ID', ['id']);
test.each([
  ['of another list', encodeCursor('runs:NAME', ['id'])],
  ['of another version', base64('[2,"runs:ID","id"]')],
  ['with something behind it', `${good}=`],
  ['with stray characters', `${good.slice(0, 4)} ${good.slice(4)}`],
  ['written with blanks', base64('[1, "runs:ID", "id"]')],
  ['whose key is an object', base64('[1,"runs:ID",{}]')],
  ['whose key is true', base64('[1,"runs:ID",true]')],
  ['that is no list', base64('{"0":1}')],
  ['that is no JSON', base64('[1,')],
  ['that is empty', ''],
  ['that is endless', base64(`[1,"runs:ID","${'x'.repeat(8_000)}"]`)],
])('a cursor %s is refused', (_, cursor) => {
  expect(() => decodeCursor('runs:ID', cursor)).toThrow(Problem);
  expect(() => decodeCursor('runs:ID', cursor)).toThrow('not given out by this list');
});
