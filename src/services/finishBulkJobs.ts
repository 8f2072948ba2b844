import { unfinishedBulkJobs } from '../store/bulkJobs/bulkJobs.ts';
import type { Loop } from './loops.ts';

/** How soon to continue a job that a server left unfinished. An idle round is one lookup in an empty index. */
const EVERY_MS = 2000;
const AT_ONCE = 100;

/**
 * Continues unfinished bulk jobs, of a server that died or of one that is still working on them. A round starts the
 * jobs and does not wait for them, so that a server that stops does not wait for a million runs.
 */
export const finishBulkJobs: Loop = {
  name: 'finishBulkJobs',
  everyMs: EVERY_MS,
  async tick({ database, bulkWorker }) {
    for (const id of await unfinishedBulkJobs(database, AT_ONCE)) void bulkWorker.takeUp(id);
    const faults = bulkWorker.takeFaults();
    if (faults.length > 0) throw new AggregateError(faults, `errors in bulk jobs: ${faults.length}`);
  },
};
