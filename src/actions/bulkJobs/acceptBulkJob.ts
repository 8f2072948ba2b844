import type { BulkRequest, StateTypeCount } from '../../core/bulkJobs/bulkJob.ts';
import type { Filter } from '../../core/filters/filter.ts';
import { letsEverythingThrough } from '../../core/filters/letsEverythingThrough.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { flowRunCountsByState, insertBulkJob } from '../../store/bulkJobs/bulkJobs.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import { newId } from '../writing/newId.ts';
import type { BulkEngine } from './bulkEngine.ts';

export interface BulkInput extends Keyed {
  /** Selects the flow runs; must contain a condition. */
  filter: Filter;
  /** Counts the runs and changes nothing. Default false. */
  dryRun?: boolean | null;
}

export interface AcceptedBulkJob {
  /** Null for a dry run. */
  bulkJobId: string | null;
  total: number;
  /** The number of selected runs by the type of their state at that moment. */
  stateTypes: StateTypeCount[];
}

/** A job with at most this many runs finishes before the answer, unless it takes longer than `SMALL_JOB_MS`. */
export const SMALL_JOB = 200;
const SMALL_JOB_MS = 10_000;

/**
 * Accepts a bulk job: selects its runs and stores the job together with the answer to its idempotency key. Work starts
 * immediately. BAD_USER_INPUT if the filter has no condition.
 */
export async function acceptBulkJob(
  { database, bulkWorker }: BulkEngine,
  { tenantId, ...viewer }: Viewer,
  operation: string,
  { dryRun, ...input }: BulkInput,
  request: BulkRequest,
): Promise<AcceptedBulkJob> {
  const { filter } = input;
  if (letsEverythingThrough(filter))
    throw new Problem(
      'BAD_USER_INPUT',
      'A bulk job needs a `filter` with a condition; this one lets every run through.',
      {
        field: 'filter',
      },
    );
  if (dryRun) return accepted(null, await flowRunCountsByState(database.reads({ group: tenantId }), tenantId, filter));

  const keyed = keyedRequest({ tenantId, ...viewer }, operation, input);
  const answer = await answerOnce(database, keyed, async (transaction) => {
    const id = newId();
    return accepted(id, await insertBulkJob(transaction, { id, tenantId, filter, request }));
  });
  // A repeated request waits for the end too.
  if (answer.total <= SMALL_JOB) await bulkWorker.finish(answer.bulkJobId, SMALL_JOB_MS);
  else void bulkWorker.takeUp(answer.bulkJobId);
  return answer;
}

const accepted = <Id extends string | null>(bulkJobId: Id, stateTypes: StateTypeCount[]) => ({
  bulkJobId,
  total: stateTypes.reduce((sum, { count }) => sum + count, 0),
  stateTypes,
});
