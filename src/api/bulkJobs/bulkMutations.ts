import { type AcceptedBulkJob, SMALL_JOB } from '../../actions/bulkJobs/acceptBulkJob.ts';
import { bulkDeleteFlowRuns } from '../../actions/bulkJobs/bulkDeleteFlowRuns.ts';
import { bulkSetFlowRunState } from '../../actions/bulkJobs/bulkSetFlowRunState.ts';
import type { StateTypeCount } from '../../core/bulkJobs/bulkJob.ts';
import { builder } from '../building/builder.ts';
import { StateTypeEnum } from '../building/enums.ts';
import { given } from '../building/given.ts';
import { type InputFields, keyed } from '../building/keyed.ts';
import { bulkFilter } from '../filters/bulkFilter.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { StateInput, stateRequest } from '../runs/stateInput.ts';
import { FORCE_TEXTS } from '../runs/stateTexts.ts';
import { BulkJobType } from './bulkJobType.ts';

const DURABLE = 'The job is durable: once accepted, it runs to its end, even if servers restart.';

const BulkStateTypeCount = builder.objectRef<StateTypeCount>('BulkStateTypeCount').implement({
  description: 'How many flow runs were in states of one type.',
  fields: (t) => ({
    type: t.expose('stateType', { type: StateTypeEnum, description: 'The type of the states.' }),
    count: t.exposeInt('count', { description: 'The number of flow runs; 1 or more.' }),
  }),
});

const BulkPayload = builder.objectRef<AcceptedBulkJob>('BulkPayload').implement({
  description: 'The chosen flow runs, and the job that processes them.',
  fields: (t) => ({
    job: t.field({
      type: BulkJobType,
      nullable: true,
      description:
        `The bulk job. A job of at most ${SMALL_JOB} flow runs has ended when the response is sent, unless it takes ` +
        'longer than 10 seconds. A larger job is in progress; follow it with `bulkJobProgress`. Null for a dry run.',
      resolve: ({ bulkJobId }, _, { loaders }) => (bulkJobId === null ? null : loaders.bulkJob.load(bulkJobId)),
    }),
    total: t.exposeInt('total', { description: 'How many flow runs match the filter.' }),
    stateTypes: t.expose('stateTypes', {
      type: [BulkStateTypeCount],
      description:
        'How many flow runs match, by the type of the state they were in when they were chosen; at most one entry ' +
        'per type.',
    }),
  }),
});

const bulk = (t: InputFields) => ({
  ...keyed(t),
  filter: t.field({
    type: filterInputType('FlowRun'),
    required: true,
    description:
      'Selects the flow runs, which can be any number. The filter must contain a condition: one that is empty, or ' +
      'that matches every run, fails with BAD_USER_INPUT. Unlike in lists, so does a part that is null, is empty, or ' +
      'is a variable without a value, at any depth.',
  }),
  dryRun: t.boolean({
    description:
      'If true, only counts the flow runs. Nothing is written, and the idempotency key remains unused. Defaults to ' +
      'false. Null, or a variable without a value, fails with BAD_USER_INPUT.',
  }),
});

const BulkSetFlowRunStateInput = builder.inputType('BulkSetFlowRunStateInput', {
  description: 'A state to propose for many flow runs.',
  fields: (t) => ({
    ...bulk(t),
    state: t.field({
      type: StateInput,
      required: true,
      description:
        'The state to propose for each run. If it is SCHEDULED without a scheduled time, that is set to the time of ' +
        'the request.',
    }),
    force: t.boolean({
      description: FORCE_TEXTS.flowRun,
    }),
  }),
});

const BulkDeleteFlowRunsInput = builder.inputType('BulkDeleteFlowRunsInput', {
  description: 'The flow runs to delete.',
  fields: bulk,
});

builder.mutationFields((t) => ({
  bulkSetFlowRunState: t.field({
    type: BulkPayload,
    description:
      'Proposes a state for all flow runs that match a filter now. The rules decide about each run separately, and ' +
      `each run gets its own outcome. ${DURABLE}`,
    args: {
      input: t.arg({ type: BulkSetFlowRunStateInput, required: true, description: 'The flow runs and the state.' }),
    },
    resolve: (_, { input: { filter, state, ...input } }, { engine, viewer }, info) =>
      bulkSetFlowRunState(engine, viewer, {
        ...given(input),
        filter: bulkFilter('FlowRun', { filter, ...input }, info),
        state: stateRequest(state),
      }),
  }),
  bulkDeleteFlowRuns: t.field({
    type: BulkPayload,
    description:
      'Deletes all flow runs that match a filter now, in any state, with their states, task runs, inputs and log ' +
      `lines. The flow runs of their subflows are kept. ${DURABLE}`,
    args: { input: t.arg({ type: BulkDeleteFlowRunsInput, required: true, description: 'The flow runs.' }) },
    resolve: (_, { input: { filter, ...input } }, { engine, viewer }, info) =>
      bulkDeleteFlowRuns(engine, viewer, {
        ...given(input),
        filter: bulkFilter('FlowRun', { filter, ...input }, info),
      }),
  }),
}));
