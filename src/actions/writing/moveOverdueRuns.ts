import type { StateRequest } from '../../core/runs/state.ts';
import { Problem } from '../../core/values/problem.ts';
import type { LockedFlowRun } from '../../store/flowRuns/flowRunWrites.ts';
import type { OverdueRun } from '../../store/runs/overdueRuns.ts';
import type { LockedTaskRun } from '../../store/taskRuns/taskRunWrites.ts';
import type { Engine } from './engine.ts';
import type { Proposal } from './moveOutcome.ts';

type Next<Locked> = (current: Locked) => { state: StateRequest; force: boolean };

/** What a loop has waiting in the writer at once: requests that come meanwhile find room in the same flush. */
const CHUNK = 100;

/**
 * Moves flow runs that are still in the state they were found in, and gives how many were moved. Several servers may have
 * found the same ones: the first to lock a run moves it, and the others see another state.
 */
export const moveOverdueFlowRuns = (
  { writer }: Engine,
  found: readonly OverdueRun[],
  next: Next<LockedFlowRun>,
): Promise<number> =>
  inChunks(found, (run) => {
    const propose = (current: LockedFlowRun) => unlessMoved(run, current, next);
    return writer.flowRunMoves.submit({ ...MOVE, flowRunId: run.id, propose }, 0);
  });

/** The same for task runs. */
export const moveOverdueTaskRuns = (
  { writer }: Engine,
  found: readonly OverdueRun[],
  next: Next<LockedTaskRun>,
): Promise<number> =>
  inChunks(found, (run) => {
    const propose = (current: LockedTaskRun) => unlessMoved(run, current, next);
    return writer.taskRunMoves.submit({ ...MOVE, taskRunId: run.id, propose, cacheKey: null }, 0);
  });

/** Of whatever tenant, and not remembered: a loop comes round again. */
const MOVE = { tenantId: null, expectedVersion: null, request: null } as const;

const unlessMoved = <Locked extends { initial: { id: string } }>(
  { stateId }: OverdueRun,
  current: Locked,
  next: Next<Locked>,
): Proposal =>
  current.initial.id === stateId ? next(current) : { verdict: 'REJECT', reason: 'The run has moved on meanwhile.' };

/** One that fails hinders no other; what went wrong is thrown when all are through. A run that was deleted is no fault. */
async function inChunks(
  found: readonly OverdueRun[],
  move: (run: OverdueRun) => Promise<{ answer: { written: boolean } }>,
): Promise<number> {
  let moved = 0;
  const faults: unknown[] = [];
  for (let from = 0; from < found.length; from += CHUNK) {
    for (const outcome of await Promise.allSettled(found.slice(from, from + CHUNK).map(move))) {
      if (outcome.status === 'fulfilled') moved += outcome.value.answer.written ? 1 : 0;
      else if (!isGone(outcome.reason)) faults.push(outcome.reason);
    }
  }
  if (faults.length > 0)
    throw new AggregateError(faults, `${faults.length} of ${found.length} runs could not be moved`);
  return moved;
}

const isGone = (fault: unknown) => fault instanceof Problem && fault.code === 'NOT_FOUND';
