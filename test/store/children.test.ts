import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Filter } from '../../src/core/filters/filter.ts';
import type { Page } from '../../src/core/values/page.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import type { Database } from '../../src/store/connection/database.ts';
import { flowRunInputCountsOf, flowRunInputsOf } from '../../src/store/flowRuns/flowRunInputs.ts';
import { flowRunStateCountsOf, flowRunStatesOf } from '../../src/store/flowRuns/flowRunStates.ts';
import { flowRunCountsOf, flowRunsOf } from '../../src/store/flowRuns/flowRuns.ts';
import { logCountsOf, logsOf } from '../../src/store/runs/logs.ts';
import { taskRunStatesOf } from '../../src/store/taskRuns/taskRunStates.ts';
import { taskRunCountsOf, taskRunsOf } from '../../src/store/taskRuns/taskRuns.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { random } from '../support/random.ts';
import {
  insertFlowRunStates,
  insertFlowRuns,
  insertFlows,
  insertLogs,
  insertRows,
  insertTaskRunStates,
  insertTaskRuns,
  NOON,
  newFlow,
  newFlowRun,
  newFlowRunState,
  newLog,
  newTaskRun,
  newTaskRunState,
} from '../support/rows.ts';

const dice = random(23);
const flows = [newFlow(), newFlow()];
const [first, second, third] = [
  newFlowRun(flows[0]?.id ?? ''),
  newFlowRun(flows[0]?.id ?? ''),
  newFlowRun(flows[1]?.id ?? ''),
];
const flowRuns = [first, second, third];
const parents = [second.id, first.id, third.id];
const sizes = new Map([[first.id, 12], [second.id, 3], [third.id, 0]]); // biome-ignore format: data
const many = <Row>(make: (runId: string, number: number) => Row): Row[] =>
  flowRuns.flatMap(({ id }) => Array.from({ length: sizes.get(id) ?? 0 }, (_, at) => make(id, at + 1)));

const taskRuns = many((id) =>
  newTaskRun(id, {
    expectedStartTime: dice.one([null, NOON, NOON + 1]),
    stateType: dice.one(['RUNNING', 'FAILED']),
  }),
);
const states = many((id, version) => newFlowRunState(id, version));
const taskStates = many((id, version) => newTaskRunState(taskRuns[0]?.id ?? '', id, version, version)).slice(0, 5);
const lines = many((id, number) => newLog({ flowRunId: id, taskRunId: taskRuns.find((run) => run.flowRunId === id)?.id ?? '' }, number, { level: number % 2 ? 10 : 40 })); // biome-ignore format: data
const inputs = many((id, number) => ({
  id: newFlow().id,
  created: NOON - number,
  flowRunId: id,
  key: `${number % 2 ? 'odd_%' : 'even'}-${number}`,
  value: 'x',
  sender: null,
}));

let opened: TestDatabase;
let database: Database;
const statements: string[] = [];
beforeAll(async () => {
  opened = await testDatabase();
  database = opened.database;
  await insertFlows(database, flows);
  await insertFlowRuns(database, flowRuns);
  await insertTaskRuns(database, taskRuns);
  await insertFlowRunStates(database, states);
  await insertTaskRunStates(database, taskStates);
  await insertLogs(database, lines);
  await insertRows(database, 'flow_run_input', inputs);
  database.onStatement = (name) => statements.push(name);
});
afterAll(() => opened.drop());

async function oneStatement<Result>(work: () => Promise<Result>): Promise<Result> {
  statements.length = 0;
  const result = await work();
  expect(statements).toHaveLength(1);
  return result;
}

const rowsOf = <Row>(pages: Map<string, Page<Row>>) =>
  new Map([...pages].map(([id, { rows }]) => [id, rows.map(({ row }) => row)]));
const grouped = <Row extends { flowRunId: string | null }>(rows: readonly Row[]) =>
  new Map(parents.map((id) => [id, rows.filter(({ flowRunId }) => flowRunId === id)]));

describe('children of many parents', () => {
  test('one statement reads the states of many flow runs, oldest or newest first', async () => {
    const oldest = await oneStatement(() => flowRunStatesOf(database, parents, { page: { first: 5 } }));
    expect(rowsOf(oldest)).toEqual(grouped(states.filter(({ version }) => version <= 5)));
    expect([...oldest.values()].map(({ hasNextPage }) => hasNextPage)).toEqual([false, true, false]);
    const newest = await oneStatement(() =>
      flowRunStatesOf(database, parents, { newestFirst: true, page: { first: 1 } }),
    );
    expect(rowsOf(newest).get(first.id)).toEqual([
      states.find((each) => each.flowRunId === first.id && each.version === 12),
    ]);
    const last = await oneStatement(() => flowRunStatesOf(database, parents, { page: { last: 2 } }));
    expect(
      rowsOf(last)
        .get(first.id)
        ?.map(({ version }) => version),
    ).toEqual([11, 12]);
    const lean = await flowRunStatesOf(database, [second.id], { page: { first: 1 }, wide: false });
    expect(lean.get(second.id)?.rows[0]?.row).not.toHaveProperty('data');
    const ofTaskRun = await taskRunStatesOf(database, [taskRuns[0]?.id ?? ''], {});
    expect([...rowsOf(ofTaskRun).values()]).toEqual([taskStates]);
  });

  test('one statement reads the task runs of many flow runs, filtered and sorted, with nulls last', async () => {
    const filter: Filter = { field: 'stateType', operator: 'in', value: ['FAILED'] };
    const found = await oneStatement(() =>
      taskRunsOf(database, DEFAULT_TENANT_ID, parents, { filter, sort: 'EXPECTED_START_TIME_DESC' }),
    );
    const late = (time: number | null) => time ?? Number.NEGATIVE_INFINITY;
    const expected = taskRuns
      .filter(({ stateType }) => stateType === 'FAILED')
      .toSorted((a, b) => {
        if (a.expectedStartTime === b.expectedStartTime) return a.id < b.id ? 1 : -1;
        return late(b.expectedStartTime) - late(a.expectedStartTime);
      });
    expect(rowsOf(found)).toEqual(grouped(expected));
  });

  test('one statement reads the flow runs of many flows', async () => {
    const found = await oneStatement(() =>
      flowRunsOf(
        database,
        DEFAULT_TENANT_ID,
        flows.map(({ id }) => id),
        {},
      ),
    );
    expect([...rowsOf(found).values()]).toEqual([[second, first], [third]]);
  });

  test('one statement reads the log lines of many flow runs or task runs', async () => {
    const filter: Filter = { field: 'level', operator: 'gte', value: 30 };
    const found = await oneStatement(() =>
      logsOf(database, DEFAULT_TENANT_ID, 'flowRun', parents, { filter, page: { first: 3 }, newestFirst: true }),
    );
    expect(
      rowsOf(found)
        .get(first.id)
        ?.map(({ number }) => number),
    ).toEqual([12, 10, 8]);
    const taskRunId = lines[0]?.taskRunId ?? '';
    const ofTask = await oneStatement(() => logsOf(database, DEFAULT_TENANT_ID, 'taskRun', [taskRunId], {}));
    expect(rowsOf(ofTask).get(taskRunId)).toEqual(lines.filter((line) => line.taskRunId === taskRunId));
  });

  test('the inputs of a flow run come in order of creation and can be selected by prefix and key', async () => {
    const keys = async (list: Parameters<typeof flowRunInputsOf>[2]) =>
      rowsOf(await flowRunInputsOf(database, [second.id], list))
        .get(second.id)
        ?.map(({ key }) => key);
    expect(await keys({})).toEqual(['odd_%-3', 'even-2', 'odd_%-1']);
    expect(await keys({ prefix: 'odd_%' })).toEqual(['odd_%-3', 'odd_%-1']);
    expect(await keys({ prefix: 'odd__' })).toEqual([]);
    expect(await keys({ excludeKeys: ['even-2', 'odd_%-1'] })).toEqual(['odd_%-3']);
    expect(await keys({ key: 'even-2' })).toEqual(['even-2']);
    await expect(keys({ prefix: '\0' })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('no parents have no children and a parent without children has an empty page', async () => {
    expect(await flowRunStatesOf(database, [], {})).toEqual(new Map());
    const found = await flowRunStatesOf(database, [third.id], {});
    expect(found.get(third.id)).toEqual({ rows: [], hasNextPage: false, hasPreviousPage: false });
  });
});

test.each([1, 2, 12])('pages of %i children contain each child once, in both directions', async (size) => {
  const sort = 'EXPECTED_START_TIME_ASC';
  const read = async (page: object) => {
    const pages = await taskRunsOf(database, DEFAULT_TENANT_ID, [first.id], { sort, page });
    return pages.get(first.id) ?? expect.fail('no page');
  };
  const whole = (await read({})).rows.map(({ row }) => row.id);
  const there: string[] = [];
  const back: string[] = [];
  for (let page = await read({ first: size }); ; page = await read({ first: size, after: page.rows.at(-1)?.cursor })) {
    there.push(...page.rows.map(({ row }) => row.id));
    if (!page.hasNextPage) break;
  }
  for (let page = await read({ last: size }); ; page = await read({ last: size, before: page.rows[0]?.cursor })) {
    back.unshift(...page.rows.map(({ row }) => row.id));
    if (!page.hasPreviousPage) break;
  }
  expect([there, back]).toEqual([whole, whole]);
  expect(whole).toHaveLength(12);
});

test('a cursor of one flow run is rejected for another', async () => {
  const pages = await flowRunStatesOf(database, [first.id], { page: { first: 1 } });
  const after = pages.get(first.id)?.rows[0]?.cursor ?? '';
  expect((await flowRunStatesOf(database, [first.id], { page: { after } })).get(first.id)?.rows).toHaveLength(11);
  for (const ids of [[second.id], [first.id, second.id]])
    await expect(flowRunStatesOf(database, ids, { page: { after } })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
});

test('one statement counts the children of all parents, up to a limit', async () => {
  const failed: Filter = { field: 'stateType', operator: 'in', value: ['FAILED'] };
  expect(await oneStatement(() => flowRunStateCountsOf(database, parents, 100))).toEqual(sizes);
  expect((await flowRunStateCountsOf(database, parents, 5)).get(first.id)).toBe(5);
  const counts = await oneStatement(() => taskRunCountsOf(database, DEFAULT_TENANT_ID, parents, failed, 100));
  expect(counts.get(first.id)).toBe(taskRuns.filter((run) => run.flowRunId === first.id && run.stateType === 'FAILED').length); // biome-ignore format: one thought
  const grave: Filter = { field: 'level', operator: 'gte', value: 30 };
  expect((await logCountsOf(database, DEFAULT_TENANT_ID, 'flowRun', parents, grave, 100)).get(first.id)).toBe(6);
  expect((await flowRunInputCountsOf(database, parents, { prefix: 'even' }, 100)).get(first.id)).toBe(6);
  const ofFlows = await flowRunCountsOf(
    database,
    DEFAULT_TENANT_ID,
    flows.map(({ id }) => id),
    { and: [] },
    100,
  );
  expect([...ofFlows.values()]).toEqual([2, 1]);
});
