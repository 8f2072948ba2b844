import { forgetAnswers } from '../store/connection/idempotencyKeys.ts';
import type { Loop } from './loops.ts';

const EVERY_MS = 10 * 60 * 1000;
const BATCH = 1000;

/** Forgets the answers kept under idempotency keys once they are older than so many hours. */
export const forgetIdempotencyKeys = (afterHours: number): Loop => ({
  name: 'forgetIdempotencyKeys',
  everyMs: EVERY_MS,
  async tick({ database }) {
    while ((await forgetAnswers(database, afterHours * 3600, BATCH)) === BATCH);
  },
});
