import { forgetExpiredSlots } from '../store/concurrency/concurrencySlotWrites.ts';
import type { Loop } from './loops.ts';

/** As in Prefect 3's Repossessor. Expired slots do not count; this only deletes their rows. */
const EVERY_MS = 15_000;
const BATCH = 100;

/** Deletes the slots whose lease was not renewed. */
export const concurrencyLeases: Loop = {
  name: 'concurrencyLeases',
  everyMs: EVERY_MS,
  async tick({ database }) {
    while ((await forgetExpiredSlots(database, BATCH)) === BATCH);
  },
};
