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
import { filterText } from '../building/sharedTexts.ts';
import type { FilterKind } from '../filters/filterFields.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

const HistoryStateType = builder.objectRef<HistoryState>('RunHistoryState').implement({
  description: 'The runs of an interval that are now in one state.',
  fields: (t) => ({
    type: t.expose('type', { type: StateTypeEnum, description: 'The type of the current state.' }),
    name: t.exposeString('name', { description: 'The name of the current state.' }),
    count: t.exposeInt('count', { description: 'The number of runs.' }),
    sumRunTimeSeconds: t.exposeFloat('sumRunTimeSeconds', {
      description: 'The sum of `estimatedRunTimeSeconds` over these runs, in seconds.',
    }),
    sumLatenessSeconds: t.exposeFloat('sumLatenessSeconds', {
      description: 'The sum of `latenessSeconds` over these runs, in seconds.',
    }),
  }),
});

const HistoryBucketType = builder.objectRef<HistoryBucket>('RunHistoryInterval').implement({
  description: 'The runs that were expected to start in an interval.',
  fields: (t) => ({
    start: t.expose('start', { type: 'DateTime', description: 'The start of the interval, inclusive.' }),
    end: t.expose('end', {
      type: 'DateTime',
      description:
        'The end of the interval, exclusive. The last interval can extend beyond the requested end; no runs are ' +
        'counted there.',
    }),
    states: t.expose('states', {
      type: [HistoryStateType],
      description:
        'The runs by current state, ordered by type and name. Empty if no run was expected to start in the ' +
        `interval; at most ${count(MAX_HISTORY_STATES)} entries in a history.`,
    }),
  }),
});

const historyArguments = (kind: FilterKind) =>
  builder.args((t) => ({
    start: t.field({ type: 'DateTime', required: true, description: 'The start of the history, inclusive.' }),
    end: t.field({
      type: 'DateTime',
      required: true,
      description: 'The end of the history, exclusive. If it is not after `start`, there are no intervals.',
    }),
    intervalSeconds: t.float({
      required: true,
      description:
        'The length of an interval, in seconds. Less than 1 fails with BAD_USER_INPUT; more than ' +
        `${MAX_HISTORY_BUCKETS} intervals fail with LIMIT_EXCEEDED.`,
    }),
    filter: t.field({ type: filterInputType(kind), description: filterText('runs') }),
  }));

const HISTORY =
  'in equal intervals, by the time at which they were expected to start. Empty intervals are included; runs without ' +
  `an expected start time are not counted. More than ${count(MAX_HISTORY_STATES)} entries of \`states\` fail with ` +
  'LIMIT_EXCEEDED.';

builder.queryFields((t) => ({
  flowRunHistory: t.field({
    type: [HistoryBucketType],
    description: `Counts flow runs ${HISTORY}`,
    args: historyArguments('FlowRun'),
    resolve: (_, { filter, ...request }, { reads, viewer, now }) =>
      flowRunHistory(reads, viewer.tenantId, { ...request, filter: toFilter('FlowRun', filter), now: now() }),
  }),
  taskRunHistory: t.field({
    type: [HistoryBucketType],
    description: `Counts task runs ${HISTORY}`,
    args: historyArguments('TaskRun'),
    resolve: (_, { filter, ...request }, { reads, viewer, now }) =>
      taskRunHistory(reads, viewer.tenantId, { ...request, filter: toFilter('TaskRun', filter), now: now() }),
  }),
  averageFlowRunLateness: t.float({
    nullable: true,
    description:
      'Returns the average lateness of flow runs, in seconds: how much later than expected they started, or how ' +
      'long they have been waiting to start since then. Runs on time count as 0. Null if no run matches.',
    args: { filter: t.arg({ type: filterInputType('FlowRun'), description: filterText('flow runs') }) },
    resolve: (_, { filter }, { reads, viewer, now }) =>
      averageFlowRunLateness(reads, viewer.tenantId, toFilter('FlowRun', filter), now()),
  }),
}));
