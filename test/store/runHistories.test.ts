import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Filter } from '../../src/core/filters/filter.ts';
import { estimatedRunTimeSeconds, latenessSeconds } from '../../src/core/rules/lateness.ts';
import type { Run } from '../../src/core/runs/run.ts';
import { STATE_TYPES } from '../../src/core/runs/state.ts';
import type { Instant } from '../../src/core/values/instant.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import type { Database } from '../../src/store/connection/database.ts';
import { flowRunHistory, type HistoryBucket, taskRunHistory } from '../../src/store/insights/runHistories.ts';
import { averageFlowRunLateness } from '../../src/store/insights/runMeasures.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { random } from '../support/random.ts';
import {
  insertFlowRuns,
  insertFlows,
  insertTaskRuns,
  insertTenant,
  NOON,
  newFlow,
  newFlowRun,
  newTaskRun,
} from '../support/rows.ts';

const SECOND = 1_000_000;
const dice = random(13);
const moment = () => NOON + (dice.below(200) - 100) * SECOND + dice.one([0, 1, 999_999]);
const some = () => ({
  stateType: dice.one(STATE_TYPES),
  stateName: dice.one(['Late', 'Running', 'AwaitingRetry']),
  stateTimestamp: moment(),
  expectedStartTime: dice.one([null, moment(), moment(), moment()]),
  startTime: dice.one([null, moment()]),
  totalRunTimeSeconds: dice.below(1_000) / 8,
});
const flow = newFlow();
const flowRuns = Array.from({ length: 200 }, () => newFlowRun(flow.id, some()));
const taskRuns = Array.from({ length: 200 }, () => newTaskRun(dice.one([null, flowRuns[0]?.id ?? '']), some()));

let opened: TestDatabase;
let database: Database;
beforeAll(async () => {
  opened = await testDatabase();
  database = opened.database;
  await insertFlows(database, [flow]);
  await insertFlowRuns(database, flowRuns);
  await insertTaskRuns(database, taskRuns);
  const tenantId = await insertTenant(database);
  const theirs = newFlow({ tenantId });
  await insertFlows(database, [theirs]);
  await insertFlowRuns(
    database,
    Array.from({ length: 20 }, () => newFlowRun(theirs.id, { ...some(), tenantId })),
  );
});
afterAll(() => opened.drop());

const now = NOON + 17 * SECOND;
const ALL: Filter = { and: [] };

/** A history, computed in memory. */
function expected(runs: readonly Run[], start: Instant, end: Instant, intervalSeconds: number): HistoryBucket[] {
  const buckets: HistoryBucket[] = [];
  for (let from = start; from < end; from += intervalSeconds * SECOND) {
    const until = from + intervalSeconds * SECOND;
    const inside = runs.filter(({ expectedStartTime: at }) => at !== null && at >= from && at < until && at < end);
    const states = STATE_TYPES.flatMap((type) =>
      [...new Set(inside.map(({ stateName }) => stateName))].sort().flatMap((name) => {
        const those = inside.filter((run) => run.stateType === type && run.stateName === name);
        if (those.length === 0) return [];
        return [
          {
            type,
            name,
            count: those.length,
            sumRunTimeSeconds: sum(those.map((run) => estimatedRunTimeSeconds(run, now))),
            sumLatenessSeconds: sum(those.map((run) => latenessSeconds(run, now))),
          },
        ];
      }),
    );
    buckets.push({ start: from, end: until, states });
  }
  return buckets;
}
const sum = (numbers: number[]) =>
  expect.closeTo(
    numbers.reduce((total, one) => total + one, 0),
    5,
  );

describe.each([
  ['flow runs', flowRunHistory, flowRuns],
  ['task runs', taskRunHistory, taskRuns],
] as const)('a history of %s', (_, history, runs) => {
  test.each([
    ['one interval', -200, 200, 400],
    ['intervals of ten seconds', -100, 100, 10],
    ['empty intervals at both ends', -300, 300, 50],
    ['a last interval that exceeds the end', -50, 33, 7.5],
    ['intervals with microseconds', -50, 0, 1.000001],
  ])('a history equals its computation in memory: %s', async (_, from, to, intervalSeconds) => {
    const [start, end] = [NOON + from * SECOND, NOON + to * SECOND];
    const found = await history(database, DEFAULT_TENANT_ID, { start, end, intervalSeconds, filter: ALL, now });
    expect(found).toEqual(expected(runs, start, end, intervalSeconds));
    expect(found.flatMap(({ states }) => states).length).toBeGreaterThan(5);
  });
});

test('a history counts the runs that match its filter', async () => {
  const request = { start: NOON - 100 * SECOND, end: NOON + 100 * SECOND, intervalSeconds: 20, now };
  const filter: Filter = { field: 'stateName', operator: 'in', value: ['Late'] };
  expect(await flowRunHistory(database, DEFAULT_TENANT_ID, { ...request, filter })).toEqual(
    expected(
      flowRuns.filter(({ stateName }) => stateName === 'Late'),
      request.start,
      request.end,
      20,
    ),
  );
});

test('one statement reads a history, and none an empty period', async () => {
  const names: string[] = [];
  database.onStatement = (name) => names.push(name);
  const request = { start: NOON, end: NOON + 500 * SECOND, intervalSeconds: 1, filter: ALL, now };
  expect(await flowRunHistory(database, DEFAULT_TENANT_ID, request)).toHaveLength(500);
  expect(await flowRunHistory(database, DEFAULT_TENANT_ID, { ...request, end: NOON })).toEqual([]);
  database.onStatement = null;
  expect(names).toEqual(['flowRuns.history']);
});

test.each<[string, Filter]>([
  ['all of them', ALL],
  ['the running ones', { field: 'stateType', operator: 'in', value: ['RUNNING'] }],
])("the average lateness of flow runs, %s, is the mean of each one's lateness", async (_, filter) => {
  const those = flowRuns.filter(({ stateType }) => filter === ALL || stateType === 'RUNNING');
  const total = those.reduce((seconds, run) => seconds + latenessSeconds(run, now), 0);
  const average = await averageFlowRunLateness(database, DEFAULT_TENANT_ID, filter, now);
  expect(average).toBeCloseTo(total / those.length, 5);
  expect(average).toBeGreaterThan(0);
});

test('the average lateness of no runs is null', async () => {
  expect(await averageFlowRunLateness(database, DEFAULT_TENANT_ID, { or: [] }, now)).toBeNull();
});
