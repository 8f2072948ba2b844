import { createTaskRun } from '../../actions/taskRuns/createTaskRun.ts';
import { MAX_REPORTS, reportTaskRunStates } from '../../actions/taskRuns/reportTaskRunStates.ts';
import { count } from '../../core/checks/checkText.ts';
import type { TaskRun } from '../../core/runs/run.ts';
import { builder } from '../building/builder.ts';
import { StateTypeEnum } from '../building/enums.ts';
import { given } from '../building/given.ts';
import { keyed } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { TaskRunType } from '../building/objectTypes.ts';
import { loadTaskRun } from '../building/selected.ts';
import { RejectedType } from '../runs/logType.ts';
import { TaskRunPolicyInput } from '../runs/policyTypes.ts';
import { StateDetailsInput, StateInput, stateRequest } from '../runs/stateInput.ts';

const CreateTaskRunInput = builder.inputType('CreateTaskRunInput', {
  description: 'A task run to create. What is left out or null has its default.',
  fields: (t) => ({
    ...keyed(t),
    id: t.id({ description: 'An id made by the client; one that another task run has is CONFLICT.' }),
    flowRunId: t.id({
      description:
        'The id of the flow run; an unknown one is REFERENCE_NOT_FOUND. Null is a background task of its own.',
    }),
    taskKey: t.string({ required: true, description: `Names the task. ${LIMIT_TEXTS.name}` }),
    dynamicKey: t.string({
      required: true,
      description: `Tells the runs of one task in one flow run apart. ${LIMIT_TEXTS.name}`,
    }),
    name: t.string({ description: `For people; made of the two keys where it is left out. ${LIMIT_TEXTS.text}` }),
    state: t.field({ type: StateInput, description: 'The first state; any may be. PENDING where it is left out.' }),
    policy: t.field({ type: TaskRunPolicyInput, description: 'How the run is run again.' }),
    tags: t.stringList({ description: `Free words to find the run by. ${LIMIT_TEXTS.tags}` }),
    labels: t.field({
      type: 'Labels',
      description: `Free keys and values, over those of the flow run. ${LIMIT_TEXTS.labels}`,
    }),
    taskInputs: t.field({ type: 'TaskInputs', description: `Where its arguments come from. ${LIMIT_TEXTS.json}` }),
    cacheKey: t.string({ description: `The key for its cached result. ${LIMIT_TEXTS.cacheKey}` }),
    cacheExpiration: t.field({ type: 'DateTime', description: 'Until when the cached result may be used.' }),
    taskVersion: t.string({ description: `The version of the task. ${LIMIT_TEXTS.text}` }),
  }),
});

const CreateTaskRunPayload = builder
  .objectRef<{ taskRun: TaskRun; created: boolean }>('CreateTaskRunPayload')
  .implement({
    description: 'The task run of the keys that were sent.',
    fields: (t) => ({
      taskRun: t.expose('taskRun', { type: TaskRunType, description: 'The task run, new or as it was.' }),
      created: t.exposeBoolean('created', {
        description: 'False where the flow run had a task run with these keys; it is unchanged.',
      }),
    }),
  });

const ReportedStateInput = builder.inputType('ReportedStateInput', {
  description: 'A state that an engine reached by itself. No rule is asked about it.',
  fields: (t) => ({
    id: t.id({ description: 'Its id, made by the engine: the same state sent again is one state.' }),
    type: t.field({ type: StateTypeEnum, required: true, description: 'What the state is.' }),
    timestamp: t.field({
      type: 'DateTime',
      required: true,
      description: 'When the run entered it. One older than the current state goes to the history only.',
    }),
    name: t.string({ description: `For people; the type in words where it is left out. ${LIMIT_TEXTS.text}` }),
    message: t.string({ description: `Why, in words. ${LIMIT_TEXTS.message}` }),
    data: t.field({ type: 'JSON', description: `The result, or where it is kept. ${LIMIT_TEXTS.json}` }),
    details: t.field({ type: StateDetailsInput, description: 'What else the state knows.' }),
  }),
});

const TaskRunReportInput = builder.inputType('TaskRunReportInput', {
  description: 'A state, and the task run that it is of; that is made where it is not there.',
  fields: (t) => ({
    taskRunId: t.id({ description: 'The id for the task run, should it not be there yet; made where it is left out.' }),
    flowRunId: t.id({ description: 'The id of the flow run; null is a background task of its own.' }),
    taskKey: t.string({ required: true, description: `Names the task. ${LIMIT_TEXTS.name}` }),
    dynamicKey: t.string({
      required: true,
      description: `Tells the runs of one task in one flow run apart. ${LIMIT_TEXTS.name}`,
    }),
    name: t.string({ description: `The name of a new task run. ${LIMIT_TEXTS.text}` }),
    tags: t.stringList({ description: `The tags of a new task run. ${LIMIT_TEXTS.tags}` }),
    taskInputs: t.field({
      type: 'TaskInputs',
      description: `Where the arguments of a new task run came from. ${LIMIT_TEXTS.json}`,
    }),
    state: t.field({ type: ReportedStateInput, required: true, description: 'The state.' }),
  }),
});

const ReportTaskRunStatesInput = builder.inputType('ReportTaskRunStatesInput', {
  description: 'States to report.',
  fields: (t) => ({
    ...keyed(t),
    states: t.field({
      type: [TaskRunReportInput],
      required: true,
      description: `The reports, in their order. More than ${count(MAX_REPORTS)} are LIMIT_EXCEEDED, and none is stored.`,
    }),
  }),
});

type Reported = Awaited<ReturnType<typeof reportTaskRunStates>>;

const ReportedType = builder.objectRef<Reported['reported'][number]>('ReportedTaskRunState').implement({
  description: 'A report that was taken over.',
  fields: (t) => ({
    taskRunId: t.exposeID('taskRunId', { description: 'The id of the task run.' }),
    taskRun: t.field({
      type: TaskRunType,
      nullable: true,
      description: 'The task run as it is now; null where it has been deleted since.',
      resolve: ({ taskRunId }, _, context, info) => loadTaskRun(taskRunId, context, info),
    }),
    stateId: t.exposeID('stateId', { description: 'The id of the state.' }),
    written: t.exposeBoolean('written', { description: 'False for a state that was known.' }),
  }),
});

const ReportTaskRunStatesPayload = builder.objectRef<Reported>('ReportTaskRunStatesPayload').implement({
  description: 'What became of the reports.',
  fields: (t) => ({
    reported: t.expose('reported', {
      type: [ReportedType],
      description: 'The reports that were taken over, in their order; at most all of them.',
    }),
    rejected: t.expose('rejected', { type: [RejectedType], description: 'Those that were not; at most all of them.' }),
  }),
});

builder.mutationFields((t) => ({
  createTaskRun: t.field({
    type: CreateTaskRunPayload,
    description: 'Creates a task run in its first state, or finds the one that has the flow run and the keys.',
    args: { input: t.arg({ type: CreateTaskRunInput, required: true, description: 'The task run.' }) },
    resolve: (_, { input: { state, policy, ...input } }, { engine, viewer }) =>
      createTaskRun(engine, viewer, {
        ...given(input),
        ...(state && { state: stateRequest(state) }),
        ...(policy && { policy: given(policy) }),
      }),
  }),
  reportTaskRunStates: t.field({
    type: ReportTaskRunStatesPayload,
    description:
      'Takes over states from an engine that orchestrates its task runs by itself. A report that is refused is told of ' +
      'in the payload, and the others are kept.',
    args: { input: t.arg({ type: ReportTaskRunStatesInput, required: true, description: 'The reports.' }) },
    resolve: (_, { input: { states, ...input } }, { engine, viewer }) =>
      reportTaskRunStates(engine, viewer, {
        ...given(input),
        reports: states.map(({ state: { id, timestamp, ...state }, ...report }) => ({
          ...given(report),
          state: { ...stateRequest(state), ...given({ id }), timestamp },
        })),
      }),
  }),
}));
