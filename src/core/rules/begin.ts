import type { Decision, Effect, FlowRunMove, TaskRunMove } from '../runs/move.ts';
import type { FlowRun, TaskRun } from '../runs/run.ts';
import { type ProposedState, proposeState, type StateRequest } from '../runs/state.ts';
import { Problem } from '../values/problem.ts';
import { decideFlowRun, decideTaskRun } from './decide.ts';

/** A run in its first state, and what follows from that state. */
export interface Beginning<Run> {
  run: Run;
  state: ProposedState;
  effects: Effect[];
}

// A run may begin in any state, so its first move is forced. Source: Prefect 3, models/flow_runs.py, create_flow_run, and
// models/task_runs.py, create_task_run.
const FIRST = { initial: null, force: true } as const;

/** Gives a new flow run its first state. Returns FAILED_PRECONDITION if a rule refuses the state. */
export function beginFlowRun(
  blank: FlowRun,
  request: StateRequest,
  facts: Pick<FlowRunMove, 'prefect1' | 'now' | 'newId' | 'random'>,
): Beginning<FlowRun> | Problem {
  const proposed = proposeState(request, facts.newId(), facts.now);
  const decision = decideFlowRun({ kind: 'flow_run', run: blank, proposed, ...FIRST, ...facts });
  return begin('flow run', blank, proposed, decision);
}

/** Gives a new task run its first state. Returns FAILED_PRECONDITION if a rule refuses the state. */
export function beginTaskRun(
  blank: TaskRun,
  request: StateRequest,
  facts: Pick<TaskRunMove, 'prefect1' | 'flowRun' | 'now' | 'newId' | 'random'>,
): Beginning<TaskRun> | Problem {
  const proposed = proposeState(request, facts.newId(), facts.now);
  const decision = decideTaskRun({ kind: 'task_run', run: blank, proposed, cached: null, ...FIRST, ...facts });
  return begin('task run', blank, proposed, decision);
}

function begin<Run>(
  noun: string,
  blank: Run,
  { type }: ProposedState,
  { write }: Decision<Partial<Run>>,
): Beginning<Run> | Problem {
  if (write === null) return new Problem('FAILED_PRECONDITION', `A ${noun} cannot begin in state ${type}.`);
  return { run: { ...blank, ...write.changes }, state: write.state, effects: write.effects };
}
