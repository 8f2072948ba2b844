import type { BulkOutcome } from '../core/bulkJobs/bulkJob.ts';
import { MAX_TOTAL_COUNT, type PageRequest } from '../core/values/page.ts';
import { bulkJobOutcomeCountsOf, bulkJobOutcomesOf } from '../store/bulkJobs/bulkJobItems.ts';
import { bulkJobCount, bulkJobPage, bulkJobsById } from '../store/bulkJobs/bulkJobs.ts';
import type { Store } from '../store/connection/database.ts';
import { byId } from './byId.ts';
import { type ChildPage, counted } from './countedPage.ts';
import type { Pace } from './pace.ts';

/** Loads bulk jobs and their outcomes. */
export const bulkLoaders = (database: Store, tenantId: string, pace: Pace, childPage: ChildPage) => ({
  bulkJob: byId(pace, (ids) => bulkJobsById(database, tenantId, ids)),
  bulkJobs: (page: PageRequest) =>
    counted(bulkJobPage(database, tenantId, page), () => bulkJobCount(database, tenantId, MAX_TOTAL_COUNT)),
  /** The outcomes of a job's runs so far; all of them if `outcome` is null. */
  bulkJobOutcomesOf: (id: string, outcome: BulkOutcome | null, page: PageRequest) =>
    childPage(
      ['bulkJobOutcomesOf', { outcome }, page],
      id,
      (ids) => bulkJobOutcomesOf(database, ids, outcome, page),
      (ids) => bulkJobOutcomeCountsOf(database, ids, outcome, MAX_TOTAL_COUNT),
    ),
});
