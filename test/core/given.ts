import { NEW_RUN_RECORD } from '../../src/core/runs/blankRun.ts';
import type { FlowRunFacts, FlowRunMove, TaskRunFacts, TaskRunMove } from '../../src/core/runs/move.ts';
import { NO_FLOW_RUN_POLICY, NO_TASK_RUN_POLICY } from '../../src/core/runs/run.ts';
import { type ProposedState, proposeState, type State, type StateRequest } from '../../src/core/runs/state.ts';
import { addSeconds, type Instant } from '../../src/core/values/instant.ts';

// Facts for the rules: a test names what matters to it, the rest has ordinary values.

/** Noon of a day; `at(-5)` is five seconds earlier. */
export const NOON: Instant = Date.UTC(2026, 10, 21, 12) * 1000;
export const at = (seconds: number): Instant => addSeconds(NOON, seconds);

export const RESULT = { type: 'reference', storage_key: 'k' };

/** A state that a run has been in for ten seconds. */
export const current = (request: StateRequest): State => ({
  ...proposeState(request, 'state-before', at(-10)),
  version: 1,
});
export const asked = (request: StateRequest): ProposedState => proposeState(request, 'state-asked', NOON);

const columns = (initial: State | null) => ({
  ...NEW_RUN_RECORD,
  created: at(-60),
  updated: at(-60),
  tenantId: 'tenant',
  name: 'quiet-otter',
  version: initial === null ? 0 : 1,
  stateId: initial?.id ?? '',
  stateType: initial?.type ?? 'PENDING',
  stateName: initial?.name ?? '',
  stateTimestamp: initial?.timestamp ?? at(-60),
  runCount: initial?.type === 'RUNNING' ? 1 : 0,
});

const facts = () => {
  let count = 0;
  return { now: NOON, force: false, prefect1: false, random: 0.5, newId: () => `new-${++count}` };
};

interface Asked {
  from: StateRequest | null;
  to: StateRequest;
  force?: boolean;
}

export function flowRunMove({ from, to, force = false }: Asked, run: Partial<FlowRunFacts> = {}): FlowRunMove {
  const initial = from && current(from);
  const ordinary: FlowRunFacts = {
    ...columns(initial),
    id: 'flow-run',
    flowId: 'flow',
    deploymentId: null,
    parentTaskRunId: null,
    flowVersion: null,
    policy: { ...NO_FLOW_RUN_POLICY },
    idempotencyKey: null,
    infrastructurePid: null,
    workQueueId: null,
    autoScheduled: false,
  };
  return { ...facts(), kind: 'flow_run', initial, proposed: asked(to), force, run: { ...ordinary, ...run } };
}

export function taskRunMove(
  { from, to, force = false, flowRun = null, cached = null }: Asked & Partial<Pick<TaskRunMove, 'flowRun' | 'cached'>>,
  run: Partial<TaskRunFacts> = {},
): TaskRunMove {
  const initial = from && current(from);
  const ordinary: TaskRunFacts = {
    ...columns(initial),
    id: 'task-run',
    flowRunId: flowRun?.id ?? null,
    taskKey: 'extract',
    dynamicKey: '0',
    taskVersion: null,
    cacheKey: null,
    cacheExpiration: null,
    policy: { ...NO_TASK_RUN_POLICY },
    flowRunRunCount: 0,
  };
  return {
    ...facts(),
    kind: 'task_run',
    initial,
    proposed: asked(to),
    force,
    flowRun,
    cached,
    run: { ...ordinary, ...run },
  };
}
