import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { createLoaders } from '../../src/loading/loaders.ts';
import type { Database } from '../../src/store/connection/database.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import {
  insertFlowRunStates,
  insertFlowRuns,
  insertFlows,
  insertLogs,
  insertTaskRunStates,
  insertTaskRuns,
  insertTenant,
  newFlow,
  newFlowRun,
  newFlowRunState,
  newLog,
  newTaskRun,
  newTaskRunState,
} from '../support/rows.ts';

const RUNS = 200;
const flow = newFlow();
const flowRuns = Array.from({ length: RUNS }, () => newFlowRun(flow.id));
const taskRuns = flowRuns.flatMap(({ id }) => [newTaskRun(id), newTaskRun(id)]);
const [run = newFlowRun('')] = flowRuns;

let opened: TestDatabase;
let database: Database;
const statements: string[] = [];
beforeAll(async () => {
  opened = await testDatabase();
  database = opened.database;
  await insertFlows(database, [flow]);
  await insertFlowRuns(database, flowRuns);
  await insertTaskRuns(database, taskRuns);
  await insertFlowRunStates(
    database,
    flowRuns.map(({ id, stateId }) => ({ ...newFlowRunState(id, 1), id: stateId })),
  );
  await insertTaskRunStates(
    database,
    taskRuns.map(({ id, flowRunId }, at) => newTaskRunState(id, flowRunId, 1, (at % 2) + 1)),
  );
  await insertLogs(
    database,
    flowRuns.map(({ id }) => newLog({ flowRunId: id }, 1)),
  );
  database.onStatement = (name) => statements.push(name);
});
afterAll(() => opened.drop());
beforeEach(() => {
  statements.length = 0;
});

const load = () => createLoaders(database, DEFAULT_TENANT_ID);

test.each([10, 200])('a page of %i runs with all relations costs one statement per level', async (first) => {
  const loaders = load();
  const page = await loaders.flowRuns({ page: { first }, wide: false });
  await Promise.all(
    page.rows.map(async ({ row }) => {
      const [itsFlow, state, history, lines, itsTaskRuns] = await Promise.all([
        loaders.flow.load(row.flowId),
        loaders.leanFlowRunState.load(row.stateId),
        loaders.flowRunStatesOf(row.id, { newestFirst: true, page: { first: 5 } }),
        loaders.logsOf('flowRun', row.id, {}),
        loaders.taskRunsOf(row.id, { sort: 'ID_ASC', wide: false }),
      ]);
      expect([itsFlow?.id, state?.flowRunId, history.rows.length, lines.rows.length]).toEqual([flow.id, row.id, 1, 1]);
      expect(itsTaskRuns.rows.map((entry) => entry.row.id)).toEqual(
        taskRuns.filter(({ flowRunId }) => flowRunId === row.id).map(({ id }) => id),
      );
      await Promise.all(itsTaskRuns.rows.map((entry) => loaders.taskRunStatesOf(entry.row.id, {})));
    }),
  );
  expect(page.rows).toHaveLength(first);
  expect(statements.toSorted()).toEqual([
    'flowRunStates.byId',
    'flowRunStates.ofFlowRunId',
    'flowRuns.page',
    'flows.byId',
    'logs.ofRunId',
    'taskRunStates.ofTaskRunId',
    'taskRuns.ofFlowRunId',
  ]);
});

test('a total count is read only on request, for all parents together', async () => {
  const loaders = load();
  const pages = await Promise.all(flowRuns.map(({ id }) => loaders.taskRunsOf(id, { page: { first: 1 } })));
  expect(statements).toEqual(['taskRuns.ofFlowRunId']);
  const counts = await Promise.all(pages.map((page) => page.totalCount()));
  expect(new Set(counts)).toEqual(new Set([2]));
  expect(statements).toEqual(['taskRuns.ofFlowRunId', 'taskRuns.countByFlowRunId']);
  expect(await (await loaders.flowRuns({ page: { first: 0 } })).totalCount()).toBe(RUNS);
});

test('a loaded row is cached for its request only', async () => {
  const loaders = load();
  await loaders.flowRun.load(run.id);
  await loaders.flowRun.load(run.id.toUpperCase());
  expect(statements).toEqual(['flowRuns.byId']);
  await load().flowRun.load(run.id);
  expect(statements).toHaveLength(2);
});

test('a malformed id fails alone', async () => {
  const loaders = load();
  const [bad, good, none] = await Promise.allSettled([
    loaders.flowRun.load('17'),
    loaders.flowRun.load(run.id),
    loaders.flowRun.load(flow.id),
  ]);
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'BAD_USER_INPUT' } });
  expect(good).toMatchObject({ value: { id: run.id } });
  expect(none).toMatchObject({ value: null });
  expect(await loaders.nodeType.loadMany(['17', run.id.toUpperCase(), flow.id])).toEqual([null, 'FlowRun', 'Flow']);
});

test('lists with different arguments are read separately, in at most a hundred variants', async () => {
  const loaders = load();
  const read = (first: number) => loaders.taskRunsOf(run.id, { page: { first } });
  const pages = await Promise.all([read(1), read(2), read(1)]);
  expect(pages.map(({ rows }) => rows.length)).toEqual([1, 2, 1]);
  expect(statements).toHaveLength(2);
  for (let first = 3; first <= 100; first += 1) await read(first);
  await expect(read(101)).rejects.toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
});

test('an invalid page fails the list that requested it', async () => {
  const loaders = load();
  await expect(loaders.taskRunsOf(run.id, { page: { first: -1 } })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  await expect(loaders.logsOf('flowRun', run.id, { page: { after: 'x' } })).rejects.toMatchObject({
    code: 'INVALID_CURSOR',
  });
});

test('the loaders of another tenant return nothing', async () => {
  const loaders = createLoaders(database, await insertTenant(database));
  expect(await loaders.flowRun.load(run.id)).toBeNull();
  expect(await loaders.leanFlowRunState.load(run.stateId)).toBeNull();
  expect((await loaders.flowRuns({})).rows).toEqual([]);
  expect((await loaders.taskRuns({})).rows).toEqual([]);
  expect((await loaders.flows({})).rows).toEqual([]);
  expect((await loaders.logs({})).rows).toEqual([]);
  expect((await loaders.taskRunsOf(run.id, {})).rows).toEqual([]);
  expect((await loaders.logsOf('flowRun', run.id, {})).rows).toEqual([]);
});
