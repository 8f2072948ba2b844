import type { BulkOutcome, BulkRequest } from '../../core/bulkJobs/bulkJob.ts';
import { Problem } from '../../core/values/problem.ts';
import { type BulkItem, type SettledItem, settleBulkItems, takeBulkItems } from '../../store/bulkJobs/bulkJobItems.ts';
import type { BulkTask } from '../../store/bulkJobs/bulkJobs.ts';
import type { Transaction } from '../../store/connection/database.ts';
import { deleteDoomedFlowRuns, lockDoomedFlowRuns } from '../../store/runs/deleteRuns.ts';
import type { Topic } from '../../streams/streams.ts';
import { type FlowRunFollower, type FlowRunMoveJob, moveFlowRunBatch } from '../writing/moveFlowRunBatch.ts';
import type { MoveAnswer } from '../writing/moveOutcome.ts';

export interface BulkBatchOptions {
  /** The most runs that the batch takes. */
  size: number;
  followers: readonly FlowRunFollower[];
  /** Called with the runs that the batch took, before it works on them. */
  onTaken: (items: readonly BulkItem[]) => void;
}

export interface BulkBatch {
  /** The runs that the batch took. One of them may cause an error that the batch throws. */
  items: readonly BulkItem[];
  topics: Iterable<Topic>;
  /** Whether the whole job has ended with this batch. */
  isEnded: boolean;
}

/**
 * Takes the next runs of a job, moves or deletes them, and writes each run's outcome, all in this transaction. After a
 * crash, a run either was processed and has its outcome, or neither.
 */
export async function workBulkBatch(
  transaction: Transaction,
  { id, tenantId, request }: BulkTask,
  after: number,
  { size, followers, onTaken }: BulkBatchOptions,
): Promise<BulkBatch> {
  const items = await takeBulkItems(transaction, id, after, size);
  onTaken(items);
  if (items.length === 0) return { items, topics: [], isEnded: false };
  const { settled, topics } = await work(transaction, tenantId, request, items, followers);
  return { items, topics, isEnded: await settleBulkItems(transaction, id, settled) };
}

interface Worked {
  settled: SettledItem[];
  topics: Iterable<Topic>;
}

function work(
  transaction: Transaction,
  tenantId: string,
  request: BulkRequest,
  items: readonly BulkItem[],
  followers: readonly FlowRunFollower[],
): Promise<Worked> {
  if (request.kind === 'DELETE') return deleteAll(transaction, tenantId, items);
  return moveAll(transaction, tenantId, request, items, followers);
}

async function moveAll(
  transaction: Transaction,
  tenantId: string,
  { state, force }: Extract<BulkRequest, { kind: 'SET_STATE' }>,
  items: readonly BulkItem[],
  followers: readonly FlowRunFollower[],
): Promise<Worked> {
  const jobs = items.map(
    ({ flowRunId }): FlowRunMoveJob => ({
      tenantId,
      flowRunId,
      propose: () => ({ state, force }),
      expectedVersion: null,
      request: null,
    }),
  );
  const { answers, topics } = await moveFlowRunBatch(transaction, jobs, followers);
  const settled = answers.map(
    (answer, place): SettledItem => ({ number: numberAt(items, place), ...outcomeOf(answer) }),
  );
  return { settled, topics };
}

function outcomeOf(answer: MoveAnswer | Problem): { outcome: BulkOutcome; reason: string | null } {
  if (!(answer instanceof Problem)) return { outcome: answer.verdict, reason: answer.reason };
  return { outcome: answer.code === 'NOT_FOUND' ? 'NOT_FOUND' : 'FAILED', reason: answer.message };
}

function numberAt(items: readonly BulkItem[], place: number): number {
  const item = items[place];
  if (!item) throw new Error('there are more answers than runs');
  return item.number;
}

async function deleteAll(transaction: Transaction, tenantId: string, items: readonly BulkItem[]): Promise<Worked> {
  const doomed = await lockDoomedFlowRuns(
    transaction,
    tenantId,
    items.map(({ flowRunId }) => flowRunId),
  );
  if (doomed.length > 0) await deleteDoomedFlowRuns(transaction, doomed);
  const deleted = new Set(doomed);
  const settled = items.map(
    ({ number, flowRunId }): SettledItem =>
      deleted.has(flowRunId)
        ? { number, outcome: 'DELETED', reason: null }
        : { number, outcome: 'NOT_FOUND', reason: 'The run was deleted before.' },
  );
  // Subscribers to a run read again and find that it is gone.
  return { settled, topics: doomed.map((id): Topic => `flowRunStates:${id}`) };
}
