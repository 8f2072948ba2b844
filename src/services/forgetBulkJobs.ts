import { forgetBulkJobs as forgetOld } from '../store/bulkJobs/bulkJobs.ts';
import type { Loop } from './loops.ts';

const EVERY_MS = 10 * 60 * 1000;
const BATCH = 5000;
/** Long enough to look into what a job did the week before. */
const AFTER_SECONDS = 7 * 24 * 3600;

/** Forgets bulk jobs, with what became of their runs, a week after they ended. */
export const forgetBulkJobs: Loop = {
  name: 'forgetBulkJobs',
  everyMs: EVERY_MS,
  async tick({ database }) {
    while ((await forgetOld(database, AFTER_SECONDS, BATCH)) === BATCH);
  },
};
