import type { StateRequest, StateType } from '../runs/state.ts';
import type { Instant } from '../values/instant.ts';

/** The operation that a bulk job applies to each run. */
export type BulkRequest = { kind: 'SET_STATE'; state: StateRequest; force: boolean } | { kind: 'DELETE' };

export const BULK_KINDS: { readonly [Kind in BulkRequest['kind']]: string } = {
  SET_STATE: 'Proposes a state for each run.',
  DELETE: 'Deletes each run.',
};

/** The outcomes of a run in a bulk job. Each run has exactly one. */
export const BULK_OUTCOMES = {
  ACCEPT: 'The state was written.',
  REJECT: 'Another state was written instead of the proposed one, or the run stays unchanged.',
  ABORT: 'Nothing was written: the rules do not allow the transition.',
  WAIT: 'Nothing was written: the rules allow the transition only later. The job does not retry.',
  DELETED: 'The run was deleted.',
  NOT_FOUND: 'The run no longer existed when the job reached it.',
  FAILED: 'Nothing was written because of an internal error, which is in the server log.',
} as const;

export type BulkOutcome = keyof typeof BULK_OUTCOMES;

export interface BulkJob {
  id: string;
  created: Instant;
  kind: BulkRequest['kind'];
  /** The number of runs, which were selected when the job was accepted. */
  total: number;
  outcomeCounts: { readonly [Outcome in BulkOutcome]?: number };
  /** When the last run got its outcome; null before that. */
  ended: Instant | null;
}

/** The outcome of one run. */
export interface BulkJobOutcome {
  bulkJobId: string;
  /** The position of the run in the job. */
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

/** Runs per transaction. Other writers of these runs wait until it ends. */
const MAX_BATCH = 200;
const BRIEF_MS = 50;
const LONG_MS = 200;

/**
 * Returns the size of the next batch, given the size and duration of the last one. A batch locks its runs, so it should
 * be short; the cost of a run varies from one state to the deletion of ten thousand task runs.
 */
export function nextBatchSize(size: number, tookMs: number): number {
  if (tookMs < BRIEF_MS) return Math.min(size * 2, MAX_BATCH);
  return tookMs > LONG_MS ? Math.max(1, Math.floor(size / 2)) : size;
}
