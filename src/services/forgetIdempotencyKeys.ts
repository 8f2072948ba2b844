import { forgetAnswers } from '../store/connection/idempotencyKeys.ts';
import type { Loop } from './loops.ts';

const EVERY_MS = 10 * 60 * 1000;
const BATCH = 1000;

/** Deletes idempotency keys and their stored responses after `afterHours`. */
export const forgetIdempotencyKeys = (afterHours: number): Loop => ({
  name: 'forgetIdempotencyKeys',
  everyMs: EVERY_MS,
  async tick({ database }) {
    while ((await forgetAnswers(database, afterHours * 3600, BATCH)) === BATCH);
  },
});
