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
import { idText, relatedText } from '../building/sharedTexts.ts';
import { StateInput, stateRequest } from './stateInput.ts';
import { FORCE_TEXTS } from './stateTexts.ts';

const OutcomeInterface = builder.interfaceRef<MoveOutcome>('MoveOutcome').implement({
  description: 'The outcome of a proposed state. A verdict other than ACCEPT is a normal response, not an error.',
  fields: (t) => ({
    verdict: t.expose('verdict', { type: VerdictEnum, description: 'The verdict of the orchestration rules.' }),
    rule: t.exposeString('rule', {
      nullable: true,
      description:
        'The name of the rule that gave the verdict, such as `PreventDuplicateTransitions`; null if no rule objected. ' +
        'Also null if `cancelFlowRun` or `resumeFlowRun` answered from the current state, without the rules.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'An explanation of the verdict; null if the state was accepted as proposed.',
    }),
    retryAfterSeconds: t.exposeFloat('retryAfterSeconds', {
      nullable: true,
      description: 'With WAIT: after how many seconds to propose the state again. Otherwise null.',
    }),
    written: t.exposeBoolean('written', {
      description: 'Whether a state was written: the proposed one, or one that a rule chose instead.',
    }),
  }),
});

const FlowRunOutcome = builder.objectRef<MoveOutcome>('FlowRunMovePayload').implement({
  description: 'The outcome of a state that was proposed for a flow run.',
  interfaces: [OutcomeInterface],
  fields: (t) => ({
    state: t.field({
      type: FlowRunStateType,
      description: 'The state of the flow run after this request.',
      resolve: ({ runId, state }) => ({ ...state, flowRunId: runId }),
    }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: relatedText('flow run'),
      resolve: ({ runId }, _, context, info) => loadFlowRun(runId, context, info),
    }),
  }),
});

const TaskRunOutcome = builder.objectRef<MoveOutcome>('TaskRunMovePayload').implement({
  description: 'The outcome of a state that was proposed for a task run.',
  interfaces: [OutcomeInterface],
  fields: (t) => ({
    state: t.field({
      type: TaskRunStateType,
      description: 'The state of the task run after this request.',
      resolve: ({ runId, state }) => ({
        ...state,
        taskRunId: runId,
        flowRunId: state.details.flowRunId,
        position: null,
        outOfOrder: false, // The state of a run is never out of order.
      }),
    }),
    taskRun: t.field({
      type: TaskRunType,
      nullable: true,
      description: relatedText('task run'),
      resolve: ({ runId }, _, context, info) => loadTaskRun(runId, context, info),
    }),
  }),
});

const expectedVersion = (t: InputFields) => ({
  expectedVersion: t.int({
    description:
      'The version that the run must have. If it has another one, the request fails with VERSION_CONFLICT and ' +
      'changes nothing. If it is missing or null, also as a variable without a value, every version is accepted.',
  }),
});

const flowRunId = (t: InputFields) => ({
  flowRunId: t.id({ required: true, description: idText('flow run', 'NOT_FOUND') }),
});

const proposal = (t: InputFields, force: string) => ({
  state: t.field({ type: StateInput, required: true, description: 'The state to propose.' }),
  force: t.boolean({
    description: force,
  }),
});

const SetFlowRunStateInput = builder.inputType('SetFlowRunStateInput', {
  description: 'A state to propose for a flow run.',
  fields: (t) => ({ ...keyed(t), ...flowRunId(t), ...proposal(t, FORCE_TEXTS.flowRun), ...expectedVersion(t) }),
});

const SetTaskRunStateInput = builder.inputType('SetTaskRunStateInput', {
  description: 'A state to propose for a task run.',
  fields: (t) => ({
    ...keyed(t),
    taskRunId: t.id({ required: true, description: idText('task run', 'NOT_FOUND') }),
    ...proposal(t, FORCE_TEXTS.taskRun),
    ...expectedVersion(t),
  }),
});

const CancelFlowRunInput = builder.inputType('CancelFlowRunInput', {
  description: 'The flow run to cancel.',
  fields: (t) => ({ ...keyed(t), ...flowRunId(t), ...expectedVersion(t) }),
});

const ResumeFlowRunInput = builder.inputType('ResumeFlowRunInput', {
  description: 'The flow run to resume.',
  fields: (t) => ({
    ...keyed(t),
    ...flowRunId(t),
    runInput: t.field({
      type: 'JSONObject',
      description:
        'The input that the pause waits for. It must match the JSON Schema that came with the pause. Ignored if the ' +
        'pause waits for no input.',
    }),
  }),
});

builder.mutationFields((t) => ({
  setFlowRunState: t.field({
    type: FlowRunOutcome,
    description: 'Proposes a state for a flow run. The rules accept it, write another state instead, or reject it.',
    args: { input: t.arg({ type: SetFlowRunStateInput, required: true, description: 'The flow run and the state.' }) },
    resolve: (_, { input }, { engine, viewer }) =>
      setFlowRunState(engine, viewer, { ...given(input), state: stateRequest(input.state) }),
  }),
  setTaskRunState: t.field({
    type: TaskRunOutcome,
    description: 'Proposes a state for a task run. The rules accept it, write another state instead, or reject it.',
    args: { input: t.arg({ type: SetTaskRunStateInput, required: true, description: 'The task run and the state.' }) },
    resolve: (_, { input }, { engine, viewer }) =>
      setTaskRunState(engine, viewer, { ...given(input), state: stateRequest(input.state) }),
  }),
  cancelFlowRun: t.field({
    type: FlowRunOutcome,
    description:
      'Cancels a flow run. A run without infrastructure becomes CANCELLED immediately; otherwise it becomes ' +
      'CANCELLING, until its infrastructure has stopped. A run that is already cancelled or cancelling is ' +
      'unchanged, with the verdict ACCEPT; a run that ended otherwise gets ABORT.',
    args: { input: t.arg({ type: CancelFlowRunInput, required: true, description: 'The flow run to cancel.' }) },
    resolve: (_, { input }, { engine, viewer }) => cancelFlowRun(engine, viewer, given(input)),
  }),
  resumeFlowRun: t.field({
    type: FlowRunOutcome,
    description:
      'Resumes a paused flow run: it becomes RUNNING, or SCHEDULED if it was suspended. The verdict is ABORT if the ' +
      'run is not paused, and REJECT if the input does not match or the pause has timed out.',
    args: { input: t.arg({ type: ResumeFlowRunInput, required: true, description: 'The flow run and its input.' }) },
    resolve: (_, { input }, { engine, viewer }) => resumeFlowRun(engine, viewer, given(input)),
  }),
}));
