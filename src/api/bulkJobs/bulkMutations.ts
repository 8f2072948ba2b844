import { type AcceptedBulkJob, SMALL_JOB } from '../../actions/bulkJobs/acceptBulkJob.ts';
import { bulkDeleteFlowRuns } from '../../actions/bulkJobs/bulkDeleteFlowRuns.ts';
import { bulkSetFlowRunState } from '../../actions/bulkJobs/bulkSetFlowRunState.ts';
import type { StateTypeCount } from '../../core/bulkJobs/bulkJob.ts';
import { builder } from '../building/builder.ts';
import { StateTypeEnum } from '../building/enums.ts';
import { given } from '../building/given.ts';
import { type InputFields, keyed } from '../building/keyed.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';
import { StateInput, stateRequest } from '../runs/stateInput.ts';
import { BulkJobType } from './bulkJobType.ts';

const BulkStateTypeCount = builder.objectRef<StateTypeCount>('BulkStateTypeCount').implement({
  description: 'How many flow runs were in states of a type.',
  fields: (t) => ({
    type: t.expose('stateType', { type: StateTypeEnum, description: 'The type of their state.' }),
    count: t.exposeInt('count', { description: 'How many; 1 or more.' }),
  }),
});

const BulkPayload = builder.objectRef<AcceptedBulkJob>('BulkPayload').implement({
  description: 'The runs that were chosen, and the job that works on them.',
  fields: (t) => ({
    job: t.field({
      type: BulkJobType,
      nullable: true,
      description:
        `The job as it is now: done, where it has ${SMALL_JOB} runs or fewer, and else in progress (\`bulkJobProgress\` ` +
        'follows it). Null of a dry run.',
      resolve: ({ bulkJobId }, _, { loaders }) => (bulkJobId === null ? null : loaders.bulkJob.load(bulkJobId)),
    }),
    total: t.exposeInt('total', { description: 'How many runs pass the filter.' }),
    stateTypes: t.expose('stateTypes', {
      type: [BulkStateTypeCount],
      description:
        'The same by the type of the state that each run was in when it was chosen; at most one entry of a type.',
    }),
  }),
});

const bulk = (t: InputFields) => ({
  ...keyed(t),
  filter: t.field({
    type: filterInputType('FlowRun'),
    required: true,
    description:
      'Which flow runs, any number of them. It must carry a condition: an empty one, and one that lets everything through ' +
      'however it is written, is BAD_USER_INPUT.',
  }),
  dryRun: t.boolean({
    description:
      'True only counts the runs. Nothing is written, not even the idempotency key, which is free for the real request. ' +
      'Default false.',
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
        'The state to move to, the same for all; where it is SCHEDULED and names no time, that is the time of this request.',
    }),
    force: t.boolean({
      description:
        'True asks only the rules that keep histories whole, and takes any state after any other. Default false.',
    }),
  }),
});

const BulkDeleteFlowRunsInput = builder.inputType('BulkDeleteFlowRunsInput', {
  description: 'Flow runs to delete.',
  fields: bulk,
});

builder.mutationFields((t) => ({
  bulkSetFlowRunState: t.field({
    type: BulkPayload,
    description:
      'Proposes a state for all flow runs that pass a filter at this moment, each by its own rules and with an outcome of ' +
      'its own. The job is durable: once accepted, it is done.',
    args: { input: t.arg({ type: BulkSetFlowRunStateInput, required: true, description: 'Which runs, which state.' }) },
    resolve: (_, { input: { filter, state, ...input } }, { engine, viewer }) =>
      bulkSetFlowRunState(engine, viewer, {
        ...given(input),
        filter: toFilter('FlowRun', filter),
        state: stateRequest(state),
      }),
  }),
  bulkDeleteFlowRuns: t.field({
    type: BulkPayload,
    description:
      'Deletes all flow runs that pass a filter at this moment, in whatever state, with their states, task runs, inputs and ' +
      'log lines; runs of their subflows stay. The job is durable: once accepted, it is done.',
    args: { input: t.arg({ type: BulkDeleteFlowRunsInput, required: true, description: 'Which runs.' }) },
    resolve: (_, { input: { filter, ...input } }, { engine, viewer }) =>
      bulkDeleteFlowRuns(engine, viewer, { ...given(input), filter: toFilter('FlowRun', filter) }),
  }),
}));
