import { unfinishedBulkJobs } from '../store/bulkJobs/bulkJobs.ts';
import type { Loop } from './loops.ts';

/** How soon a job goes on that a server has left half done. Idle, a round is one look into an empty index. */
const EVERY_MS = 2000;
const AT_ONCE = 100;

/**
 * Takes up bulk jobs that nobody has finished: of a server that died, or of one that could use help. It does not wait for
 * them: a round ends at once, and a server that stops does not wait for a million runs.
 */
export const finishBulkJobs: Loop = {
  name: 'finishBulkJobs',
  everyMs: EVERY_MS,
  async tick({ database, bulkWorker }) {
    for (const id of await unfinishedBulkJobs(database, AT_ONCE)) void bulkWorker.takeUp(id);
    const faults = bulkWorker.takeFaults();
    if (faults.length > 0) throw new AggregateError(faults, `${faults.length} faults in bulk jobs`);
  },
};
