import type { BulkJob, BulkJobOutcome, BulkOutcome } from '../core/bulkJobs/bulkJob.ts';
import { MAX_TOTAL_COUNT, type PageRequest } from '../core/values/page.ts';
import { bulkJobOutcomeCountsOf, bulkJobOutcomesOf } from '../store/bulkJobs/bulkJobItems.ts';
import { bulkJobCount, bulkJobPage, bulkJobsById } from '../store/bulkJobs/bulkJobs.ts';
import type { Database } from '../store/connection/database.ts';
import { byId } from './byId.ts';
import type { childLoaders } from './childLoaders.ts';
import type { CountedPage } from './loaders.ts';

/** The part of a request's memory that holds bulk jobs. */
export const bulkLoaders = (database: Database, tenantId: string, children: ReturnType<typeof childLoaders>) => ({
  bulkJob: byId((ids) => bulkJobsById(database, tenantId, ids)),
  bulkJobs: async (page: PageRequest): Promise<CountedPage<BulkJob>> => ({
    ...(await bulkJobPage(database, tenantId, page)),
    totalCount: () => bulkJobCount(database, tenantId, MAX_TOTAL_COUNT),
  }),
  /** What became of the runs of a job so far; of no `outcome`, of all of them. */
  bulkJobOutcomesOf: async (
    id: string,
    outcome: BulkOutcome | null,
    page: PageRequest,
  ): Promise<CountedPage<BulkJobOutcome>> => ({
    ...(await children(['bulkJobOutcomesOf', { outcome, page }], id, (ids) =>
      bulkJobOutcomesOf(database, ids, outcome, page),
    )),
    totalCount: () =>
      children(['count of bulkJobOutcomesOf', { outcome }], id, (ids) =>
        bulkJobOutcomeCountsOf(database, ids, outcome, MAX_TOTAL_COUNT),
      ),
  }),
});
