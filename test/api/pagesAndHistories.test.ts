import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_TENANT_ID, type Viewer } from '../../src/core/values/viewer.ts';
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
import { testApi } from './testApi.ts';

const HOUR = 3_600_000_000;
const flow = newFlow({ name: 'etl' });
const flowRuns = Array.from({ length: 5 }, (_, number) =>
  newFlowRun(flow.id, {
    name: `run ${number}`,
    expectedStartTime: NOON + number * HOUR,
    startTime: number === 4 ? null : NOON + number * HOUR + 2_000_000,
    stateType: number === 4 ? 'CANCELLED' : 'COMPLETED',
    stateName: number === 4 ? 'Cancelled' : 'Completed',
    totalRunTimeSeconds: 1.5,
  }),
);
const taskRuns = flowRuns.map(({ id, expectedStartTime }) =>
  newTaskRun(id, { name: 'step', expectedStartTime, runCount: 2 }),
);

let api: Awaited<ReturnType<typeof testApi>>;
beforeAll(async () => {
  api = await testApi();
  await insertFlows(api.database, [flow]);
  await insertFlowRuns(api.database, flowRuns);
  await insertTaskRuns(api.database, taskRuns);
});
afterAll(() => api.close());

test('a numbered page contains whole flow runs and the total count', async () => {
  const { flowRunPage } = await api.run(
    'query { flowRunPage(sort: NAME_DESC, page: 2, limit: 2) { page limit pages totalCount nodes { name parameters flow { name } } } }',
  );
  expect(flowRunPage).toEqual({
    page: 2,
    limit: 2,
    pages: 3,
    totalCount: 5,
    nodes: [2, 1].map((number) => ({ name: `run ${number}`, parameters: { x: 1 }, flow: { name: 'etl' } })),
  });
});

test('a numbered page of task runs contains all fields, including states and counts', async () => {
  const { taskRunPage } = await api.run(
    `query ($id: ID!) {
      taskRunPage(filter: { flowRunId: { in: [$id] } }) { totalCount nodes { name stateType stateName runCount taskInputs } }
    }`,
    { id: flowRuns[3]?.id },
  );
  expect(taskRunPage.nodes).toEqual([
    { name: 'step', stateType: 'SCHEDULED', stateName: 'Scheduled', runCount: 2, taskInputs: expect.anything() },
  ]);
  expect(taskRunPage.totalCount).toBe(1);
});

test('a history returns counts by interval and state with run time and lateness', async () => {
  const { flowRunHistory } = await api.run(
    `{ flowRunHistory(start: "2026-11-21T12:00:00Z", end: "2026-11-21T18:00:00Z", intervalSeconds: 10800) {
        start end states { type name count sumRunTimeSeconds sumLatenessSeconds }
    } }`,
  );
  const completed = (count: number) => ({ type: 'COMPLETED', name: 'Completed', count, sumRunTimeSeconds: 1.5 * count, sumLatenessSeconds: 2 * count }); // biome-ignore format: data
  const cancelled = { type: 'CANCELLED', name: 'Cancelled', count: 1, sumRunTimeSeconds: 1.5, sumLatenessSeconds: 0 };
  expect(flowRunHistory).toEqual([
    { start: '2026-11-21T12:00:00.000000Z', end: '2026-11-21T15:00:00.000000Z', states: [completed(3)] },
    { start: '2026-11-21T15:00:00.000000Z', end: '2026-11-21T18:00:00.000000Z', states: [completed(1), cancelled] },
  ]);
});

test('a history of task runs can be filtered by flow run', async () => {
  const { taskRunHistory } = await api.run(
    `query ($id: ID!) {
      taskRunHistory(
        start: "2026-11-21T12:00:00Z", end: "2026-11-21T18:00:00Z", intervalSeconds: 21600,
        filter: { flowRun: { id: { in: [$id] } } }
      ) { states { name count } }
    }`,
    { id: flowRuns[0]?.id },
  );
  expect(taskRunHistory).toEqual([{ states: [{ name: 'Scheduled', count: 1 }] }]);
});

test('the average lateness includes matching runs that are not late', async () => {
  const LATENESS = 'query ($filter: FlowRunFilter) { seconds: averageFlowRunLateness(filter: $filter) }';
  expect(await api.run(LATENESS)).toEqual({ seconds: 1.6 });
  expect(await api.run(LATENESS, { filter: { name: { in: ['run 4'] } } })).toEqual({ seconds: 0 });
  expect(await api.run(LATENESS, { filter: { name: { in: ['unknown'] } } })).toEqual({ seconds: null });
});

const EVERYTHING = `{
  flowRunCount taskRunCount averageFlowRunLateness
  flowRunPage { totalCount nodes { name } }
  taskRunPage { totalCount nodes { name } }
  flowRunHistory(start: "2026-11-21", end: "2026-11-22", intervalSeconds: 86400) { states { count } }
  taskRunHistory(start: "2026-11-21", end: "2026-11-22", intervalSeconds: 86400) { states { count } }
}`;

test('each count, numbered page and history costs one statement', async () => {
  expect(await api.statements(() => api.run(EVERYTHING))).toHaveLength(7);
});

test('counts, numbered pages and histories contain nothing of another tenant', async () => {
  const stranger: Viewer = { tenantId: await insertTenant(api.database), role: 'ADMIN' };
  expect(stranger.tenantId).not.toBe(DEFAULT_TENANT_ID);
  const page = { totalCount: 0, nodes: [] };
  expect(await api.run(EVERYTHING, {}, stranger)).toEqual({
    flowRunCount: 0,
    taskRunCount: 0,
    averageFlowRunLateness: null,
    flowRunPage: page,
    taskRunPage: page,
    flowRunHistory: [{ states: [] }],
    taskRunHistory: [{ states: [] }],
  });
});

test.each([
  ['flowRunPage(page: 0)', 'BAD_USER_INPUT'],
  ['flowRunPage(limit: 201)', 'LIMIT_EXCEEDED'],
  ['taskRunPage(limit: -1)', 'BAD_USER_INPUT'],
])('%s is rejected with %s', async (field, code) => {
  expect(await api.refusal(`{ ${field} { totalCount } }`)).toMatchObject({ code });
});

test.each([
  ['an interval under a second', '2026-11-21', '2026-11-22', 0.9, 'BAD_USER_INPUT'],
  ['too many intervals', '2026-11-21', '2026-11-22', 60, 'LIMIT_EXCEEDED'],
  ['an endless interval', '2026-11-21', '2026-11-22', 1e300, 'BAD_USER_INPUT'],
])('a history with %s is rejected', async (_, start, end, intervalSeconds, code) => {
  const document = 'query ($start: DateTime!, $end: DateTime!, $intervalSeconds: Float!) { flowRunHistory(start: $start, end: $end, intervalSeconds: $intervalSeconds) { start } }'; // biome-ignore format: one line
  expect(await api.refusal(document, { start, end, intervalSeconds })).toMatchObject({ code });
});
