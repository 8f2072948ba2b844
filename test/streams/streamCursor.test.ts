import { expect, test } from 'vitest';
import { readStreamCursor, streamCursor } from '../../src/streams/runs/streamCursor.ts';

const RUN = '01900000-0000-7000-8000-00000000000a';
const OTHER_RUN = '01900000-0000-7000-8000-00000000000b';
const text = (plain: string) => Buffer.from(plain).toString('base64url');

test.each([0, 1, 499, 999_999_999_999_999])('a cursor holds position %d', (position) => {
  expect(readStreamCursor(streamCursor(`flowRunLogs:${RUN}`, position), `flowRunLogs:${RUN}`)).toBe(position);
});

test('a cursor can stand in an address as it is', () => {
  expect(streamCursor(`flowRunLogs:${RUN}`, 12)).toMatch(/^[\w-]+$/);
});

test.each([
  ['of another run', streamCursor(`flowRunLogs:${OTHER_RUN}`, 1), 'another stream'],
  ['of another kind of the same run', streamCursor(`flowRunStates:${RUN}`, 1), 'another stream'],
  ['nothing', '', 'not a cursor'],
  ['some word', 'cursor', 'not a cursor'],
  ['a later form', text(`2 flowRunLogs:${RUN} 1`), 'not a cursor'],
  ['a negative position', text(`1 flowRunLogs:${RUN} -1`), 'not a cursor'],
  ['a position past what numbers can hold', text(`1 flowRunLogs:${RUN} 9007199254740993`), 'not a cursor'],
  ['more than a cursor', text(`1 flowRunLogs:${RUN} 1 `), 'not a cursor'],
  ['NUL', '\0', 'not a cursor'],
])('a cursor that is %s is refused', (_, cursor, sentence) => {
  expect(() => readStreamCursor(cursor, `flowRunLogs:${RUN}`)).toThrow(
    expect.objectContaining({ code: 'INVALID_CURSOR', message: expect.stringContaining(sentence) }),
  );
});
