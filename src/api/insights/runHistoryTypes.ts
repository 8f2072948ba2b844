import { count } from '../../core/checks/checkText.ts';
import { MAX_HISTORY_BUCKETS } from '../../core/insights/historyBuckets.ts';
import {
  flowRunHistory,
  type HistoryBucket,
  type HistoryState,
  MAX_HISTORY_STATES,
  taskRunHistory,
} from '../../store/insights/runHistories.ts';
import { averageFlowRunLateness } from '../../store/insights/runMeasures.ts';
import { builder } from '../building/builder.ts';
import { StateTypeEnum } from '../building/enums.ts';
import type { FilterKind } from '../filters/filterFields.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

const HistoryStateType = builder.objectRef<HistoryState>('RunHistoryState').implement({
  description: 'The runs of an interval that are in a state now.',
  fields: (t) => ({
    type: t.expose('type', { type: StateTypeEnum, description: 'The type of their current state.' }),
    name: t.exposeString('name', { description: 'The name of their current state.' }),
    count: t.exposeInt('count', { description: 'How many they are.' }),
    sumRunTimeSeconds: t.exposeFloat('sumRunTimeSeconds', {
      description: 'The sum of their `estimatedRunTimeSeconds`, in seconds.',
    }),
    sumLatenessSeconds: t.exposeFloat('sumLatenessSeconds', {
      description: 'The sum of their `latenessSeconds`, in seconds.',
    }),
  }),
});

const HistoryBucketType = builder.objectRef<HistoryBucket>('RunHistoryInterval').implement({
  description: 'The runs that were expected to start in an interval.',
  fields: (t) => ({
    start: t.expose('start', { type: 'DateTime', description: 'Where the interval begins; included.' }),
    end: t.expose('end', {
      type: 'DateTime',
      description:
        'Where it ends; excluded. The last interval may go beyond the end that was asked for; no runs are counted there.',
    }),
    states: t.expose('states', {
      type: [HistoryStateType],
      description: `Their states, by type and name; empty where no run was expected, and at most ${count(MAX_HISTORY_STATES)} in a history.`,
    }),
  }),
});

const historyArguments = (kind: FilterKind) =>
  builder.args((t) => ({
    start: t.field({ type: 'DateTime', required: true, description: 'From when on; included.' }),
    end: t.field({
      type: 'DateTime',
      required: true,
      description: 'Until when; excluded. Not after `start`: no intervals.',
    }),
    intervalSeconds: t.float({
      required: true,
      description:
        `The length of an interval in seconds, at least 1; less is BAD_USER_INPUT. ` +
        `More than ${MAX_HISTORY_BUCKETS} intervals are LIMIT_EXCEEDED.`,
    }),
    filter: t.field({ type: filterInputType(kind), description: 'Which runs; all where it is left out.' }),
  }));

const HISTORY =
  'by the time at which they were expected to start, in equal intervals, the empty ones among them. Runs without ' +
  `an expected start time are in none. More than ${count(MAX_HISTORY_STATES)} entries of \`states\` are LIMIT_EXCEEDED.`;

builder.queryFields((t) => ({
  flowRunHistory: t.field({
    type: [HistoryBucketType],
    description: `Counts flow runs ${HISTORY}`,
    args: historyArguments('FlowRun'),
    resolve: (_, { filter, ...request }, { engine, viewer, now }) =>
      flowRunHistory(engine.database, viewer.tenantId, { ...request, filter: toFilter('FlowRun', filter), now: now() }),
  }),
  taskRunHistory: t.field({
    type: [HistoryBucketType],
    description: `Counts task runs ${HISTORY}`,
    args: historyArguments('TaskRun'),
    resolve: (_, { filter, ...request }, { engine, viewer, now }) =>
      taskRunHistory(engine.database, viewer.tenantId, { ...request, filter: toFilter('TaskRun', filter), now: now() }),
  }),
  averageFlowRunLateness: t.float({
    nullable: true,
    description:
      'How much later than expected flow runs began or are still waiting to begin, on average, in seconds; runs in time ' +
      'count as 0. Null where no run matches.',
    args: { filter: t.arg({ type: filterInputType('FlowRun'), description: 'Which runs; all where it is left out.' }) },
    resolve: (_, { filter }, { engine, viewer, now }) =>
      averageFlowRunLateness(engine.database, viewer.tenantId, toFilter('FlowRun', filter), now()),
  }),
}));
