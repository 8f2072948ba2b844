import { expect, test } from 'vitest';
import { readStreamCursor, streamCursor } from '../../src/streams/runs/streamCursor.ts';

const RUN = '01900000-0000-7000-8000-00000000000a';
const OTHER_RUN = '01900000-0000-7000-8000-00000000000b';
const text = (plain: string) => Buffer.from(plain).toString('base64url');

test.each([0, 1, 499, 999_999_999_999_999])('a stream cursor holds position %d', (position) => {
  expect(readStreamCursor(streamCursor(`flowRunLogs:${RUN}`, position), `flowRunLogs:${RUN}`)).toBe(position);
});

test('a stream cursor contains only characters that are safe in a URL', () => {
  expect(streamCursor(`flowRunLogs:${RUN}`, 12)).toMatch(/^[\w-]+$/);
});

test.each([
  ['from another run', streamCursor(`flowRunLogs:${OTHER_RUN}`, 1), 'another stream'],
  ['from another kind of stream of the run', streamCursor(`flowRunStates:${RUN}`, 1), 'another stream'],
  ['empty', '', 'not a cursor'],
  ['a word', 'cursor', 'not a cursor'],
  ['of a later format', text(`2 flowRunLogs:${RUN} 1`), 'not a cursor'],
  ['negative', text(`1 flowRunLogs:${RUN} -1`), 'not a cursor'],
  ['larger than a safe integer', text(`1 flowRunLogs:${RUN} 9007199254740993`), 'not a cursor'],
  ['followed by a space', text(`1 flowRunLogs:${RUN} 1 `), 'not a cursor'],
  ['a NUL character', '\0', 'not a cursor'],
])('a stream cursor that is %s is rejected', (_, cursor, sentence) => {
  expect(() => readStreamCursor(cursor, `flowRunLogs:${RUN}`)).toThrow(
    expect.objectContaining({ code: 'INVALID_CURSOR', message: expect.stringContaining(sentence) }),
  );
});
