import { forgetBulkJobs as forgetOld } from '../store/bulkJobs/bulkJobs.ts';
import type { Loop } from './loops.ts';

const EVERY_MS = 10 * 60 * 1000;
const BATCH = 5000;
/** A week, so that the results of last week's jobs are still available. */
const AFTER_SECONDS = 7 * 24 * 3600;

/** Deletes bulk jobs and their outcomes a week after they ended. */
export const forgetBulkJobs: Loop = {
  name: 'forgetBulkJobs',
  everyMs: EVERY_MS,
  async tick({ database }) {
    while ((await forgetOld(database, AFTER_SECONDS, BATCH)) === BATCH);
  },
};
