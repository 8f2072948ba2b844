import { Problem } from '../../core/values/problem.ts';
import type { Topic } from '../wakeUps/topic.ts';

// The first word is the version of the form; a later form can then be told from this one.
const FORM = /^1 (\S+) (\d{1,15})$/;

/** An opaque place in one stream: after the event at this position. */
export const streamCursor = (topic: Topic, position: number): string =>
  Buffer.from(`1 ${topic} ${position}`).toString('base64url');

/** The position that a cursor stands for. Throws INVALID_CURSOR where it is garbled or of another stream. */
export function readStreamCursor(cursor: string, topic: Topic): number {
  const [, itsTopic, position] = FORM.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (itsTopic === undefined) {
    throw new Problem('INVALID_CURSOR', 'This is not a cursor. Send the cursor of an event as it was received.');
  }
  if (itsTopic !== topic) {
    throw new Problem(
      'INVALID_CURSOR',
      'The cursor belongs to another stream. Send one that this stream has given out.',
    );
  }
  return Number(position);
}
