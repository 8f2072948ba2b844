import type { State, StateDetails } from '../../core/runs/state.ts';
import type { Lean } from '../../store/query/source.ts';
import { builder } from '../building/builder.ts';
import { StateTypeEnum } from '../building/enums.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import { FlowRunStateType, FlowRunType, TaskRunStateType, TaskRunType } from '../building/objectTypes.ts';
import { loadFlowRun, loadFlowRunState, loadTaskRun, loadTaskRunState, wide } from '../building/selected.ts';

const StateDetailsType = builder.objectRef<StateDetails>('StateDetails').implement({
  description: 'What a state knows beside its type and name.',
  fields: (t) => ({
    flowRunId: t.exposeID('flowRunId', { nullable: true, description: 'The flow run; set by the server.' }),
    taskRunId: t.exposeID('taskRunId', {
      nullable: true,
      description: 'The task run; of a subflow’s state, the task run that started it. Set by the server.',
    }),
    childFlowRunId: t.exposeID('childFlowRunId', {
      nullable: true,
      description: 'On a state of a task run that stands for a subflow: the subflow’s run.',
    }),
    scheduledTime: t.expose('scheduledTime', {
      type: 'DateTime',
      nullable: true,
      description: 'When a SCHEDULED run is due.',
    }),
    cacheKey: t.exposeString('cacheKey', {
      nullable: true,
      description: 'The key under which the result of a task run may be used again.',
    }),
    cacheExpiration: t.expose('cacheExpiration', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when the cached result is used; null is forever.',
    }),
    deferred: t.exposeBoolean('deferred', {
      nullable: true,
      description: 'Whether the task runs in the background, under the rules for that.',
    }),
    untrackableResult: t.exposeBoolean('untrackableResult', {
      description: 'Whether the result cannot be followed to the task runs that take it.',
    }),
    pauseTimeout: t.expose('pauseTimeout', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when a PAUSED run can be resumed; after that it fails.',
    }),
    pauseReschedule: t.exposeBoolean('pauseReschedule', {
      description: 'Whether the run is suspended: its infrastructure exits, and a resume schedules it again.',
    }),
    pauseKey: t.exposeString('pauseKey', { nullable: true, description: 'The name of a pause; each fires once.' }),
    runInputKeyset: t.expose('runInputKeyset', {
      type: 'StringMap',
      nullable: true,
      description: 'The keys of the flow run inputs that a pause waits for: `schema`, `response`, `description`.',
    }),
    refreshCache: t.exposeBoolean('refreshCache', {
      nullable: true,
      description: 'Whether a cached result is passed over and computed anew.',
    }),
    retriable: t.exposeBoolean('retriable', {
      nullable: true,
      description: 'Only false matters: a failed task run is then not run again.',
    }),
    transitionId: t.exposeID('transitionId', {
      nullable: true,
      description: 'The id of the step, chosen by the client: the same step sent again is not made twice.',
    }),
    taskParametersId: t.exposeID('taskParametersId', {
      nullable: true,
      description: 'Where the parameters of a background task are kept.',
    }),
    traceparent: t.exposeString('traceparent', { nullable: true, description: 'W3C trace context.' }),
    deploymentConcurrencyLeaseId: t.exposeID('deploymentConcurrencyLeaseId', {
      nullable: true,
      description: 'The lease that holds a slot of the deployment’s concurrency limit.',
    }),
  }),
});

export const StateInterface = builder.interfaceRef<Lean<State, 'data'>>('State').implement({
  description: 'An entry of a run’s history. It never changes.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'Its number in the history of the run: 1, 2, 3, ...' }),
    type: t.expose('type', { type: StateTypeEnum, description: 'On which rules act.' }),
    name: t.exposeString('name', { description: 'For people: `Late`, `AwaitingRetry`. Any name goes with any type.' }),
    timestamp: t.expose('timestamp', { type: 'DateTime', description: 'When the run entered this state.' }),
    message: t.exposeString('message', { nullable: true, description: 'Why, in words.' }),
    data: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The result, or where it is kept, as the client wrote it.',
      resolve: ({ data }) => wide(data),
    }),
    details: t.expose('details', { type: StateDetailsType, description: 'What else the state knows.' }),
  }),
});

FlowRunStateType.implement({
  description: 'An entry of a flow run’s history.',
  interfaces: [NodeInterface, StateInterface],
  fields: (t) => ({
    flowRunId: t.exposeID('flowRunId', { description: 'The id of the flow run.' }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: 'The flow run; null where it has been deleted since.',
      resolve: ({ flowRunId }, _, context, info) => loadFlowRun(flowRunId, context, info),
    }),
  }),
});

TaskRunStateType.implement({
  description: 'An entry of a task run’s history.',
  interfaces: [NodeInterface, StateInterface],
  fields: (t) => ({
    taskRunId: t.exposeID('taskRunId', { description: 'The id of the task run.' }),
    taskRun: t.field({
      type: TaskRunType,
      nullable: true,
      description: 'The task run; null where it has been deleted since.',
      resolve: ({ taskRunId }, _, context, info) => loadTaskRun(taskRunId, context, info),
    }),
    flowRunId: t.exposeID('flowRunId', {
      nullable: true,
      description: 'The id of the flow run that the task run is in; null for a task run of its own.',
    }),
    outOfOrder: t.exposeBoolean('outOfOrder', {
      description: 'Reported after a newer state was known: kept in the history, never the state of the run.',
    }),
  }),
});

builder.queryFields((t) => ({
  flowRunState: t.field({
    type: FlowRunStateType,
    nullable: true,
    description: 'A state of a flow run; null where there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the state.' }) },
    resolve: (_, { id }, context, info) => loadFlowRunState(id, context, info),
  }),
  taskRunState: t.field({
    type: TaskRunStateType,
    nullable: true,
    description: 'A state of a task run; null where there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the state.' }) },
    resolve: (_, { id }, context, info) => loadTaskRunState(id, context, info),
  }),
}));
