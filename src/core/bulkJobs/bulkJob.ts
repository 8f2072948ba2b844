import type { StateRequest, StateType } from '../runs/state.ts';
import type { Instant } from '../values/instant.ts';

/** What is done to each run of a bulk job. */
export type BulkRequest = { kind: 'SET_STATE'; state: StateRequest; force: boolean } | { kind: 'DELETE' };

export const BULK_KINDS: { readonly [Kind in BulkRequest['kind']]: string } = {
  SET_STATE: 'Each run is proposed a state.',
  DELETE: 'Each run is deleted.',
};

/** What can become of a run in a bulk job: exactly one of these. */
export const BULK_OUTCOMES = {
  ACCEPT: 'The state was written.',
  REJECT: 'Another state was written in place of the proposed one, or the run stays as it was.',
  ABORT: 'Nothing was written: the rules do not let the run move there.',
  WAIT: 'Nothing was written: the rules ask for the state to be proposed again later. The job does not.',
  DELETED: 'The run was deleted.',
  NOT_FOUND: 'The run was deleted by somebody else before its turn came.',
  FAILED: 'Nothing was written: the run cannot be worked on, for a fault that the server has logged.',
} as const;

export type BulkOutcome = keyof typeof BULK_OUTCOMES;

export interface BulkJob {
  id: string;
  created: Instant;
  kind: BulkRequest['kind'];
  /** How many runs it has; they were chosen when it was accepted. */
  total: number;
  outcomeCounts: { readonly [Outcome in BulkOutcome]?: number };
  /** When the last run had its outcome. */
  ended: Instant | null;
}

/** What became of one run. */
export interface BulkJobOutcome {
  bulkJobId: string;
  /** The place of the run in the job. */
  number: number;
  flowRunId: string;
  outcome: BulkOutcome;
  reason: string | null;
}

export interface StateTypeCount {
  stateType: StateType;
  count: number;
}

export const doneOf = ({ outcomeCounts }: Pick<BulkJob, 'outcomeCounts'>): number =>
  Object.values(outcomeCounts).reduce((sum, count) => sum + count, 0);

/** Runs of one transaction. Whoever wants to move one of them waits for the whole. */
const MAX_BATCH = 100;
const BRIEF_MS = 50;
const LONG_MS = 200;

/**
 * How many runs the next batch has, after one of so many that took so long. A batch holds the locks of its runs, so it
 * should be brief; what a run costs differs widely, from a state to the deletion of ten thousand task runs.
 */
export function nextBatchSize(size: number, tookMs: number): number {
  if (tookMs < BRIEF_MS) return Math.min(size * 2, MAX_BATCH);
  return tookMs > LONG_MS ? Math.max(1, Math.floor(size / 2)) : size;
}
