import { expect, test } from 'vitest';
import { checkJsonSize } from '../../../src/core/checks/checkJsonSize.ts';

const list = (entries: number) => `[${'1,'.repeat(entries - 1)}1]`;
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

test.each([
  ['150,000 entries', list(150_000)],
  ['500 levels', nested(500)],
  ['many lists side by side', `[${`${nested(400)},`.repeat(100)}1]`],
  ['commas, colons and brackets in a string', JSON.stringify(',[{:'.repeat(300_000))],
  ['commas after an escaped quote', JSON.stringify(`"${','.repeat(300_000)}`)],
  ['commas after an escaped backslash', `["\\\\",${JSON.stringify(','.repeat(300_000))}]`],
  ['a string without an end', `"${','.repeat(300_000)}`],
  ['nothing', ''],
])('JSON with %s is within the limits', (_, text) => {
  expect(() => checkJsonSize(text, 'The body')).not.toThrow();
});

test.each([
  ['150,001 entries', 'values', list(150_001)],
  ['75,001 keys', 'values', `{${'"a":1,'.repeat(75_000)}"a":1}`],
  ['75,001 empty objects', 'values', `[${'{},'.repeat(75_000)}{}]`],
  ['501 levels', 'levels', nested(501)],
  ['501 levels of objects and lists', 'levels', '[{"a":'.repeat(251)],
  ['entries after a string that ends with a backslash', 'values', `["\\\\",${list(150_001)}]`],
])('JSON with %s exceeds the limit of %s', (_, limit, text) => {
  expect(() => checkJsonSize(text, 'The body')).toThrow(
    expect.objectContaining({ code: 'LIMIT_EXCEEDED', details: expect.objectContaining({ limit }) }),
  );
});
