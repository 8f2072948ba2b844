import type { State, StateDetails } from '../../core/runs/state.ts';
import type { Lean } from '../../store/query/source.ts';
import { builder } from '../building/builder.ts';
import { StateTypeEnum } from '../building/enums.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import { FlowRunStateType, FlowRunType, TaskRunStateType, TaskRunType } from '../building/objectTypes.ts';
import { planned } from '../building/plannedField.ts';
import { loadFlowRun, loadFlowRunState, loadTaskRun, loadTaskRunState, wide } from '../building/selected.ts';
import { byIdText, relatedText } from '../building/sharedTexts.ts';
import { DETAIL_TEXTS, STATE_TEXTS } from './stateTexts.ts';

const StateDetailsType = builder.objectRef<StateDetails>('StateDetails').implement({
  description: 'Details of a state. A field that is not set is null.',
  fields: (t) => ({
    flowRunId: t.exposeID('flowRunId', { nullable: true, description: 'The id of the flow run. Set by the server.' }),
    taskRunId: t.exposeID('taskRunId', {
      nullable: true,
      description:
        'The id of the task run; for a state of a subflow, of the task run that started it. Set by the server.',
    }),
    childFlowRunId: t.exposeID('childFlowRunId', {
      nullable: true,
      description: DETAIL_TEXTS.childFlowRunId,
    }),
    scheduledTime: t.expose('scheduledTime', {
      type: 'DateTime',
      nullable: true,
      description: DETAIL_TEXTS.scheduledTime,
    }),
    cacheKey: t.exposeString('cacheKey', {
      nullable: true,
      description: 'The key under which the result of the task run is cached.',
    }),
    cacheExpiration: t.expose('cacheExpiration', {
      type: 'DateTime',
      nullable: true,
      description: DETAIL_TEXTS.cacheExpiration,
    }),
    deferred: t.exposeBoolean('deferred', {
      nullable: true,
      description: DETAIL_TEXTS.deferred,
    }),
    untrackableResult: t.exposeBoolean('untrackableResult', {
      description: DETAIL_TEXTS.untrackableResult,
    }),
    pauseTimeout: t.expose('pauseTimeout', {
      type: 'DateTime',
      nullable: true,
      description: DETAIL_TEXTS.pauseTimeout,
    }),
    pauseReschedule: t.exposeBoolean('pauseReschedule', {
      description: DETAIL_TEXTS.pauseReschedule,
    }),
    pauseKey: t.exposeString('pauseKey', { nullable: true, description: DETAIL_TEXTS.pauseKey }),
    runInputKeyset: t.expose('runInputKeyset', {
      type: 'StringMap',
      nullable: true,
      description: DETAIL_TEXTS.runInputKeyset,
    }),
    refreshCache: t.exposeBoolean('refreshCache', {
      nullable: true,
      description: DETAIL_TEXTS.refreshCache,
    }),
    retriable: t.exposeBoolean('retriable', {
      nullable: true,
      description: DETAIL_TEXTS.retriable,
    }),
    transitionId: t.exposeID('transitionId', {
      nullable: true,
      description: DETAIL_TEXTS.transitionId,
    }),
    taskParametersId: t.exposeID('taskParametersId', {
      nullable: true,
      description: DETAIL_TEXTS.taskParametersId,
    }),
    traceparent: t.exposeString('traceparent', { nullable: true, description: DETAIL_TEXTS.traceparent }),
    deploymentConcurrencyLeaseId: t.exposeID('deploymentConcurrencyLeaseId', {
      nullable: true,
      description: DETAIL_TEXTS.deploymentConcurrencyLeaseId,
    }),
  }),
});

export const StateInterface = builder.interfaceRef<Lean<State, 'data'>>('State').implement({
  description: 'An entry in the history of a run. It never changes.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'The number of the state in the history of the run: 1, 2, 3, ...' }),
    type: t.expose('type', { type: StateTypeEnum, description: 'The type, on which the orchestration rules act.' }),
    name: t.exposeString('name', {
      description: 'A human-readable name, such as `Late` or `AwaitingRetry`. Any name can go with any type.',
    }),
    timestamp: t.expose('timestamp', { type: 'DateTime', description: 'When the run entered the state.' }),
    message: t.exposeString('message', {
      nullable: true,
      description: 'A message that explains the state; null if there is none.',
    }),
    data: t.field({
      extensions: planned({ column: 'data' }),
      type: 'JSON',
      nullable: true,
      description: 'The result, or a reference to it, as sent by the client; null if there is none.',
      resolve: ({ data }) => wide(data),
    }),
    details: t.expose('details', { type: StateDetailsType, description: STATE_TEXTS.details }),
  }),
});

FlowRunStateType.implement({
  description: 'An entry in the history of a flow run.',
  interfaces: [NodeInterface, StateInterface],
  fields: (t) => ({
    flowRunId: t.exposeID('flowRunId', { description: 'The id of the flow run.' }),
    flowRun: t.field({
      extensions: planned({ one: 'flowRun' }),
      type: FlowRunType,
      nullable: true,
      description: relatedText('flow run'),
      resolve: ({ flowRunId }, _, context, info) => loadFlowRun(flowRunId, context, info),
    }),
  }),
});

TaskRunStateType.implement({
  description: 'An entry in the history of a task run.',
  interfaces: [NodeInterface, StateInterface],
  fields: (t) => ({
    taskRunId: t.exposeID('taskRunId', { description: 'The id of the task run.' }),
    taskRun: t.field({
      extensions: planned({ one: 'taskRun' }),
      type: TaskRunType,
      nullable: true,
      description: relatedText('task run'),
      resolve: ({ taskRunId }, _, context, info) => loadTaskRun(taskRunId, context, info),
    }),
    flowRunId: t.exposeID('flowRunId', {
      nullable: true,
      description: 'The id of the flow run of the task run; null for a background task run.',
    }),
    outOfOrder: t.exposeBoolean('outOfOrder', {
      description:
        'True if the state was reported after a newer one. Such a state is kept in the history, and is never the ' +
        'current state of the run.',
    }),
  }),
});

builder.queryFields((t) => ({
  flowRunState: t.field({
    type: FlowRunStateType,
    nullable: true,
    description: byIdText('flow run state'),
    args: { id: t.arg.id({ required: true, description: 'The id of the state.' }) },
    resolve: (_, { id }, context, info) => loadFlowRunState(id, context, info),
  }),
  taskRunState: t.field({
    type: TaskRunStateType,
    nullable: true,
    description: byIdText('task run state'),
    args: { id: t.arg.id({ required: true, description: 'The id of the state.' }) },
    resolve: (_, { id }, context, info) => loadTaskRunState(id, context, info),
  }),
}));
