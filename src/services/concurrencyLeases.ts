import { forgetExpiredSlots } from '../store/concurrency/concurrencySlotWrites.ts';
import type { Loop } from './loops.ts';

/** Prefect 3: the Repossessor's 15 s. Expired slots do not count; here they are only cleaned away. */
const EVERY_MS = 15_000;
const BATCH = 100;

/** Deletes the slots of runs that did not renew their lease. */
export const concurrencyLeases: Loop = {
  name: 'concurrencyLeases',
  everyMs: EVERY_MS,
  async tick({ database }) {
    while ((await forgetExpiredSlots(database, BATCH)) === BATCH);
  },
};
