import { readableToPrefect1 } from '../prefect1/serializedState.ts';
import type { Decision, Effect, FlowRunChanges, FlowRunMove, Move, TaskRunChanges, TaskRunMove } from '../runs/move.ts';
import { storedData } from '../runs/result.ts';
import type { ProposedState } from '../runs/state.ts';
import { applyRules } from './applyRules.ts';
import { releaseOfSlots } from './concurrencyRules.ts';
import { flowRunColumns, taskRunColumns } from './derivedColumns.ts';
import { inPrefect1Terms } from './inPrefect1Terms.ts';
import { flowRunRulesFor, taskRunRulesFor } from './policies.ts';
import { withDetails } from './rule.ts';

// Facts in, verdict out: the rules determine the state to write, and the state determines columns and effects. Creating
// a run is a forced move from no state.

export function decideFlowRun(move: FlowRunMove): Decision<FlowRunChanges> {
  const { verdict, proposed, before, after, effects } = applyRules(move, flowRunRulesFor(move));
  if (proposed === null) return { ...verdict, write: null };
  const { id, parentTaskRunId } = move.run;
  const state = readableToPrefect1(
    move.prefect1,
    withDetails(toWrite(move, proposed), { flowRunId: id, taskRunId: parentTaskRunId ?? proposed.details.taskRunId }),
  );
  const columns = flowRunColumns({ ...move.run, ...before }, move.initial, state);
  const changes = { ...inPrefect1Terms(move.run, state, columns), ...after };
  const released = releaseOfSlots(move, verdict, state);
  return { ...verdict, write: { state, changes, effects: [...effects, ...released, ...parentFollows(move, state)] } };
}

export function decideTaskRun(move: TaskRunMove): Decision<TaskRunChanges> {
  const { verdict, proposed, before, after, effects } = applyRules(move, taskRunRulesFor(move));
  if (proposed === null) return { ...verdict, write: null };
  const { id, flowRunId } = move.run;
  const state = readableToPrefect1(move.prefect1, withDetails(toWrite(move, proposed), { flowRunId, taskRunId: id }));
  const columns = taskRunColumns({ ...move.run, ...before }, move.initial, state);
  const changes = { ...inPrefect1Terms(move.run, state, columns), ...after };
  return { ...verdict, write: { state, changes, effects: [...effects, ...releaseOfSlots(move, verdict, state)] } };
}

/** The state as it is stored: with a later timestamp than the state before it, even if the clock was set back. */
const toWrite = ({ now, initial }: Move, proposed: ProposedState): ProposedState => ({
  ...proposed,
  timestamp: initial === null ? now : Math.max(now, initial.timestamp + 1),
  data: storedData(proposed),
});

/** The task run that represents a subflow in the parent flow run gets a copy of each state of the subflow. */
function parentFollows({ run, newId }: FlowRunMove, state: ProposedState): Effect[] {
  if (run.parentTaskRunId === null) return [];
  const copy = withDetails({ ...state, id: newId() }, { childFlowRunId: run.id });
  return [{ kind: 'moveParentTaskRun', taskRunId: run.parentTaskRunId, state: copy }];
}
