import type { Viewer } from '../../core/values/viewer.ts';
import { type AcceptedBulkJob, acceptBulkJob, type BulkInput } from './acceptBulkJob.ts';
import type { BulkEngine } from './bulkEngine.ts';

/**
 * Deletes all flow runs that match a filter, in any state, with their states, task runs, inputs and log lines. Runs of
 * their subflows stay.
 */
export const bulkDeleteFlowRuns = (engine: BulkEngine, viewer: Viewer, input: BulkInput): Promise<AcceptedBulkJob> =>
  acceptBulkJob(engine, viewer, 'bulkDeleteFlowRuns', input, { kind: 'DELETE' });
