import type { Viewer } from '../../core/values/viewer.ts';
import { type AcceptedBulkJob, acceptBulkJob, type BulkInput } from './acceptBulkJob.ts';
import type { BulkEngine } from './bulkEngine.ts';

/** Deletes all flow runs that pass a filter, in whatever state, with all that hangs on them. Subflows of theirs stay. */
export const bulkDeleteFlowRuns = (engine: BulkEngine, viewer: Viewer, input: BulkInput): Promise<AcceptedBulkJob> =>
  acceptBulkJob(engine, viewer, 'bulkDeleteFlowRuns', input, { kind: 'DELETE' });
