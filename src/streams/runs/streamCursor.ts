import { Problem } from '../../core/values/problem.ts';
import type { Topic } from '../wakeUps/topic.ts';

// The first word is the version of the format.
const FORM = /^1 (\S+) (\d{1,15})$/;

/** Encodes a position in a stream. The cursor resumes after this position. */
export const streamCursor = (topic: Topic, position: number): string =>
  Buffer.from(`1 ${topic} ${position}`).toString('base64url');

/** Returns the position of a cursor. Throws INVALID_CURSOR if it is malformed or from another stream. */
export function readStreamCursor(cursor: string, topic: Topic): number {
  const [, itsTopic, position] = FORM.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (itsTopic === undefined) {
    throw new Problem('INVALID_CURSOR', 'This is not a cursor. Send the cursor of an event unchanged.');
  }
  if (itsTopic !== topic) {
    throw new Problem('INVALID_CURSOR', 'The cursor belongs to another stream. Send a cursor from this stream.');
  }
  return Number(position);
}
