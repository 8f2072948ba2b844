import type { StateRequest } from '../../core/runs/state.ts';
import { Problem } from '../../core/values/problem.ts';
import type { LockedFlowRun } from '../../store/flowRuns/lockFlowRuns.ts';
import type { OverdueRun } from '../../store/runs/overdueRuns.ts';
import type { LockedTaskRun } from '../../store/taskRuns/lockTaskRuns.ts';
import type { Engine } from './engine.ts';
import type { Proposal } from './moveOutcome.ts';

type Next<Locked> = (current: Locked) => { state: StateRequest; force: boolean };

/** The most jobs of a loop that wait in the writer at the same time, so that requests still fit into the same flush. */
const CHUNK = 100;

/**
 * Moves flow runs that are still in the state in which they were found. Returns how many moved. Several servers may
 * find the same runs: the first to lock a run moves it, the others then see another state.
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

/** Does the same for task runs. */
export const moveOverdueTaskRuns = (
  { writer }: Engine,
  found: readonly OverdueRun[],
  next: Next<LockedTaskRun>,
): Promise<number> =>
  inChunks(found, (run) => {
    const propose = (current: LockedTaskRun) => unlessMoved(run, current, next);
    return writer.taskRunMoves.submit({ ...MOVE, taskRunId: run.id, propose, cacheKey: null }, 0);
  });

/** For any tenant, and without an idempotency key: a loop repeats anyway. */
const MOVE = { tenantId: null, expectedVersion: null, request: null } as const;

const unlessMoved = <Locked extends { initial: { id: string } }>(
  { stateId }: OverdueRun,
  current: Locked,
  next: Next<Locked>,
): Proposal =>
  current.initial.id === stateId ? next(current) : { verdict: 'REJECT', reason: 'The run has moved on meanwhile.' };

/** A failing run does not stop the others; the failures are thrown at the end. A deleted run is not a failure. */
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
