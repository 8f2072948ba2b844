import { cancelFlowRun } from '../../actions/flowRuns/cancelFlowRun.ts';
import { resumeFlowRun } from '../../actions/flowRuns/resumeFlowRun.ts';
import { setFlowRunState } from '../../actions/flowRuns/setFlowRunState.ts';
import { setTaskRunState } from '../../actions/taskRuns/setTaskRunState.ts';
import type { MoveOutcome } from '../../actions/writing/moveOutcome.ts';
import { builder } from '../building/builder.ts';
import { VerdictEnum } from '../building/enums.ts';
import { given } from '../building/given.ts';
import { type InputFields, keyed } from '../building/keyed.ts';
import { FlowRunStateType, FlowRunType, TaskRunStateType, TaskRunType } from '../building/objectTypes.ts';
import { loadFlowRun, loadTaskRun } from '../building/selected.ts';
import { StateInput, stateRequest } from './stateInput.ts';

const OutcomeInterface = builder.interfaceRef<MoveOutcome>('MoveOutcome').implement({
  description: 'What became of a proposed state. That it was not accepted is an answer, not an error.',
  fields: (t) => ({
    verdict: t.expose('verdict', { type: VerdictEnum, description: 'What the rules said.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why, in words; null with a plain ACCEPT.' }),
    retryAfterSeconds: t.exposeFloat('retryAfterSeconds', {
      nullable: true,
      description: 'With WAIT: after how many seconds to ask again.',
    }),
    written: t.exposeBoolean('written', {
      description: 'Whether a state was written: the proposed one, or one that a rule put in its place.',
    }),
  }),
});

const FlowRunOutcome = builder.objectRef<MoveOutcome>('FlowRunMovePayload').implement({
  description: 'What became of a state that was proposed for a flow run.',
  interfaces: [OutcomeInterface],
  fields: (t) => ({
    state: t.field({
      type: FlowRunStateType,
      description: 'The state of the flow run after this move.',
      resolve: ({ runId, state }) => ({ ...state, flowRunId: runId }),
    }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: 'The flow run as it is now; null where it has been deleted since.',
      resolve: ({ runId }, _, context, info) => loadFlowRun(runId, context, info),
    }),
  }),
});

const TaskRunOutcome = builder.objectRef<MoveOutcome>('TaskRunMovePayload').implement({
  description: 'What became of a state that was proposed for a task run.',
  interfaces: [OutcomeInterface],
  fields: (t) => ({
    state: t.field({
      type: TaskRunStateType,
      description: 'The state of the task run after this move.',
      resolve: ({ runId, state }) => ({
        ...state,
        taskRunId: runId,
        flowRunId: state.details.flowRunId,
        position: null,
        outOfOrder: false, // No run is in a state that came out of order.
      }),
    }),
    taskRun: t.field({
      type: TaskRunType,
      nullable: true,
      description: 'The task run as it is now; null where it has been deleted since.',
      resolve: ({ runId }, _, context, info) => loadTaskRun(runId, context, info),
    }),
  }),
});

const expectedVersion = (t: InputFields) => ({
  expectedVersion: t.int({
    description: 'The version that the run must have; where it has moved on, nothing happens: VERSION_CONFLICT.',
  }),
});

const flowRunId = (t: InputFields) => ({
  flowRunId: t.id({ required: true, description: 'The id of the flow run; an unknown one is NOT_FOUND.' }),
});

const proposal = (t: InputFields) => ({
  state: t.field({ type: StateInput, required: true, description: 'The state to move to.' }),
  force: t.boolean({
    description:
      'True asks only the rules that keep histories whole, and takes any state after any other. Default false.',
  }),
});

const SetFlowRunStateInput = builder.inputType('SetFlowRunStateInput', {
  description: 'A state to propose for a flow run.',
  fields: (t) => ({ ...keyed(t), ...flowRunId(t), ...proposal(t), ...expectedVersion(t) }),
});

const SetTaskRunStateInput = builder.inputType('SetTaskRunStateInput', {
  description: 'A state to propose for a task run.',
  fields: (t) => ({
    ...keyed(t),
    taskRunId: t.id({ required: true, description: 'The id of the task run; an unknown one is NOT_FOUND.' }),
    ...proposal(t),
    ...expectedVersion(t),
  }),
});

const CancelFlowRunInput = builder.inputType('CancelFlowRunInput', {
  description: 'A flow run to cancel.',
  fields: (t) => ({ ...keyed(t), ...flowRunId(t), ...expectedVersion(t) }),
});

const ResumeFlowRunInput = builder.inputType('ResumeFlowRunInput', {
  description: 'A flow run to resume.',
  fields: (t) => ({
    ...keyed(t),
    ...flowRunId(t),
    runInput: t.field({
      type: 'JSONObject',
      description: 'What the pause waits for, where it waits for input; must fit the schema that came with the pause.',
    }),
  }),
});

builder.mutationFields((t) => ({
  setFlowRunState: t.field({
    type: FlowRunOutcome,
    description: 'Proposes a state for a flow run. The rules accept it, put another in its place, or refuse.',
    args: { input: t.arg({ type: SetFlowRunStateInput, required: true, description: 'The proposal.' }) },
    resolve: (_, { input }, { engine, viewer }) =>
      setFlowRunState(engine, viewer, { ...given(input), state: stateRequest(input.state) }),
  }),
  setTaskRunState: t.field({
    type: TaskRunOutcome,
    description: 'Proposes a state for a task run. The rules accept it, put another in its place, or refuse.',
    args: { input: t.arg({ type: SetTaskRunStateInput, required: true, description: 'The proposal.' }) },
    resolve: (_, { input }, { engine, viewer }) =>
      setTaskRunState(engine, viewer, { ...given(input), state: stateRequest(input.state) }),
  }),
  cancelFlowRun: t.field({
    type: FlowRunOutcome,
    description:
      'Ends a flow run: at once where no infrastructure has it, otherwise by asking that to stop (CANCELLING). A run ' +
      'that is cancelled, or being cancelled, stays so and is accepted; another that has ended is ABORT.',
    args: { input: t.arg({ type: CancelFlowRunInput, required: true, description: 'Which run.' }) },
    resolve: (_, { input }, { engine, viewer }) => cancelFlowRun(engine, viewer, given(input)),
  }),
  resumeFlowRun: t.field({
    type: FlowRunOutcome,
    description:
      'Takes a flow run out of its pause: back to RUNNING, or, where it was suspended, to SCHEDULED. ABORT where it is ' +
      'not paused, REJECT where the input does not fit or the pause is over.',
    args: { input: t.arg({ type: ResumeFlowRunInput, required: true, description: 'Which run, and with what.' }) },
    resolve: (_, { input }, { engine, viewer }) => resumeFlowRun(engine, viewer, given(input)),
  }),
}));
