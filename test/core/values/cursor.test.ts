import { describe, expect, test } from 'vitest';
import { type CursorKey, decodeCursor, encodeCursor } from '../../../src/core/values/cursor.ts';

const LIST = 'flowRuns.NAME_ASC';

test.each<[keys: CursorKey[]]>([
  [[]],
  [['a', 'b']],
  [[null, 'id']],
  [[1795262400123456, 'id']],
  [['Ä "quoted" 🙂', 'id']],
])('decoding a cursor returns its keys %j', (keys) => {
  const cursor = encodeCursor(LIST, keys);
  expect(cursor).toMatch(/^[\w-]+$/);
  expect(decodeCursor(LIST, cursor)).toEqual(keys);
});

const base64url = (text: string) => Buffer.from(text).toString('base64url');
const good = encodeCursor(LIST, ['a', 1]);

describe('a rejected cursor', () => {
  test.each([
    ['of another list', encodeCursor('flowRuns.NAME_DESC', ['a', 1])],
    ['that is empty', ''],
    ['that is not base64url', 'a b c'],
    ['with characters that base64url skips', `${good}==`],
    ['that is not JSON', base64url('nonsense')],
    ['that is no list', base64url('{"0":1}')],
    ['of another format version', base64url(JSON.stringify([2, LIST, 'a', 1]))],
    ['with white space in it', base64url(`[1, "${LIST}", "a", 1]`)],
    ['with a number in another spelling', base64url(`[1,"${LIST}","a",1.0]`)],
    ['with an object as a key', base64url(JSON.stringify([1, LIST, {}]))],
    ['that is too long', encodeCursor(LIST, ['a'.repeat(100_000)])],
  ])('a cursor %s is rejected', (_, cursor) => {
    expect(() => decodeCursor(LIST, cursor)).toThrow(expect.objectContaining({ code: 'INVALID_CURSOR' }));
  });
});
