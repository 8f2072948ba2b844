import {
  BULK_KINDS,
  BULK_OUTCOMES,
  type BulkJob,
  type BulkJobOutcome,
  type BulkOutcome,
  doneOf,
} from '../../core/bulkJobs/bulkJob.ts';
import { builder } from '../building/builder.ts';
import { connectionOf, pageArguments, pageRequest } from '../building/connectionOf.ts';
import { described } from '../building/enums.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import { FlowRunType } from '../building/objectTypes.ts';
import { loadFlowRun } from '../building/selected.ts';
import { byIdText, relatedText } from '../building/sharedTexts.ts';

const BulkJobKindEnum = builder.enumType('BulkJobKind', {
  description: 'What a bulk job does to each flow run.',
  values: described(BULK_KINDS),
});

const BULK_OUTCOME_NAMES = Object.keys(BULK_OUTCOMES) as BulkOutcome[]; // The keys of a constant are those of its type.

const BulkOutcomeEnum = builder.enumType('BulkOutcome', {
  description:
    'The outcome of one flow run in a bulk job. Each run gets exactly one outcome, when the job processes it.',
  values: described(BULK_OUTCOMES),
});

const BulkOutcomeCount = builder.objectRef<{ outcome: BulkOutcome; count: number }>('BulkOutcomeCount').implement({
  description: 'How many flow runs of a bulk job have an outcome.',
  fields: (t) => ({
    outcome: t.expose('outcome', { type: BulkOutcomeEnum, description: 'The outcome.' }),
    count: t.exposeInt('count', { description: 'The number of flow runs with the outcome so far; 1 or more.' }),
  }),
});

const BulkJobOutcomeType = builder.objectRef<BulkJobOutcome>('BulkJobOutcome').implement({
  description: 'The outcome of one flow run in a bulk job.',
  fields: (t) => ({
    flowRunId: t.exposeID('flowRunId', { description: 'The id of the flow run.' }),
    outcome: t.expose('outcome', { type: BulkOutcomeEnum, description: 'The outcome.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'An explanation of the outcome; null if the request was carried out as sent.',
    }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: relatedText('flow run'),
      resolve: ({ flowRunId }, _, context, info) => loadFlowRun(flowRunId, context, info),
    }),
  }),
});

const BulkJobOutcomeConnection = connectionOf(BulkJobOutcomeType, 'outcomes of a bulk job');

export const BulkJobType = builder.objectRef<BulkJob>('BulkJob');

BulkJobType.implement({
  description:
    'The same operation on many flow runs. The runs are chosen when the job is accepted. The job survives restarts ' +
    'and failures of servers, and processes each run exactly once. The server deletes a job 7 days after it ended.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    kind: t.expose('kind', { type: BulkJobKindEnum, description: 'What the job does to each flow run.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When the job was accepted.' }),
    ended: t.expose('ended', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last flow run got its outcome; null while the job is in progress.',
    }),
    total: t.exposeInt('total', { description: 'How many flow runs the job has.' }),
    done: t.int({ description: 'How many of the flow runs have an outcome.', resolve: doneOf }),
    counts: t.field({
      type: [BulkOutcomeCount],
      description:
        'How many flow runs have each outcome. Outcomes that have not occurred are left out; at most one entry per ' +
        'outcome.',
      resolve: ({ outcomeCounts }) =>
        BULK_OUTCOME_NAMES.flatMap((outcome) => {
          const count = outcomeCounts[outcome];
          return count ? { outcome, count } : [];
        }),
    }),
    outcomes: t.field({
      type: BulkJobOutcomeConnection,
      description:
        'The outcomes of the flow runs, ordered by the ids of the runs. The list grows while the job is in ' +
        'progress. If several servers work on the job, new items can appear anywhere in the list.',
      args: {
        outcome: t.arg({ type: BulkOutcomeEnum, description: 'Only flow runs with this outcome. Defaults to all.' }),
        ...pageArguments(),
      },
      resolve: ({ id }, { outcome, ...page }, { loaders }) =>
        loaders.bulkJobOutcomesOf(id, outcome ?? null, pageRequest(page)),
    }),
  }),
});

const BulkJobConnection = connectionOf(BulkJobType, 'bulk jobs');

builder.queryFields((t) => ({
  bulkJob: t.field({
    type: BulkJobType,
    nullable: true,
    description: byIdText('bulk job'),
    args: { id: t.arg.id({ required: true, description: 'The id of the bulk job.' }) },
    resolve: (_, { id }, { loaders }) => loaders.bulkJob.load(id),
  }),
  bulkJobs: t.field({
    type: BulkJobConnection,
    description: 'Lists the bulk jobs, newest first: jobs in progress, and jobs that ended within the last 7 days.',
    args: pageArguments(),
    resolve: (_, page, { loaders }) => loaders.bulkJobs(pageRequest(page)),
  }),
}));
