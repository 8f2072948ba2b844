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

const BulkJobKindEnum = builder.enumType('BulkJobKind', {
  description: 'What a bulk job does to its runs.',
  values: described(BULK_KINDS),
});

const BULK_OUTCOME_NAMES = Object.keys(BULK_OUTCOMES) as BulkOutcome[]; // the keys of a constant are its type's keys

const BulkOutcomeEnum = builder.enumType('BulkOutcome', {
  description: 'What can become of a run in a bulk job. Each run has exactly one outcome, once its turn has come.',
  values: described(BULK_OUTCOMES),
});

const BulkOutcomeCount = builder.objectRef<{ outcome: BulkOutcome; count: number }>('BulkOutcomeCount').implement({
  description: 'How many runs of a bulk job have had an outcome.',
  fields: (t) => ({
    outcome: t.expose('outcome', { type: BulkOutcomeEnum, description: 'The outcome.' }),
    count: t.exposeInt('count', { description: 'How many runs have had it so far; 1 or more.' }),
  }),
});

const BulkJobOutcomeType = builder.objectRef<BulkJobOutcome>('BulkJobOutcome').implement({
  description: 'What became of one run of a bulk job.',
  fields: (t) => ({
    flowRunId: t.exposeID('flowRunId', { description: 'The id of the flow run.' }),
    outcome: t.expose('outcome', { type: BulkOutcomeEnum, description: 'What became of it.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why, in words; null where everything went as it was asked.',
    }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: 'The flow run as it is now; null where it is deleted.',
      resolve: ({ flowRunId }, _, context, info) => loadFlowRun(flowRunId, context, info),
    }),
  }),
});

const BulkJobOutcomeConnection = connectionOf(BulkJobOutcomeType, 'outcomes of a bulk job');

export const BulkJobType = builder.objectRef<BulkJob>('BulkJob');

BulkJobType.implement({
  description:
    'The same work on many flow runs. Which runs, is settled when the job is accepted; the work survives whatever happens ' +
    'to a server, and is done exactly once for each run. A job is forgotten 7 days after it ended.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    kind: t.expose('kind', { type: BulkJobKindEnum, description: 'What is done to each run.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When the job was accepted.' }),
    ended: t.expose('ended', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last run had its outcome; null while the job is in progress.',
    }),
    total: t.exposeInt('total', { description: 'How many runs the job has.' }),
    done: t.int({ description: 'How many of them have their outcome.', resolve: doneOf }),
    counts: t.field({
      type: [BulkOutcomeCount],
      description: 'How many runs have had each outcome, of those that have occurred; at most one entry of each.',
      resolve: ({ outcomeCounts }) =>
        BULK_OUTCOME_NAMES.flatMap((outcome) => {
          const count = outcomeCounts[outcome];
          return count ? { outcome, count } : [];
        }),
    }),
    outcomes: t.field({
      type: BulkJobOutcomeConnection,
      description:
        'What became of each run, in the order of the runs’ ids. While the job is in progress the list grows, and not only ' +
        'at its end where several servers are at work.',
      args: {
        outcome: t.arg({ type: BulkOutcomeEnum, description: 'Only runs that had this outcome.' }),
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
    description: 'A bulk job and how far it has got; null where there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the job.' }) },
    resolve: (_, { id }, { loaders }) => loaders.bulkJob.load(id),
  }),
  bulkJobs: t.field({
    type: BulkJobConnection,
    description: 'The bulk jobs, newest first: those in progress, and those that ended within the last 7 days.',
    args: pageArguments(),
    resolve: (_, page, { loaders }) => loaders.bulkJobs(pageRequest(page)),
  }),
}));
