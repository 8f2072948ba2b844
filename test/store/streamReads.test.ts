import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/store/connection/database.ts';
import {
  flowRunLogsAfter,
  flowRunStatesAfter,
  flowRunTaskRunStatesAfter,
  taskRunLogsAfter,
  taskRunStatesAfter,
} from '../../src/store/runs/streamReads.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import {
  insertFlowRunStates,
  insertFlowRuns,
  insertFlows,
  insertLogs,
  insertTaskRunStates,
  insertTaskRuns,
  newFlow,
  newFlowRun,
  newFlowRunState,
  newLog,
  newTaskRun,
  newTaskRunState,
} from '../support/rows.ts';

const LIMITS = { rows: 10, bytes: 1_000_000 };

const flow = newFlow();
const [first, second, idle] = [newFlowRun(flow.id), newFlowRun(flow.id), newFlowRun(flow.id)];
const [task, otherTask, lonely] = [newTaskRun(first.id), newTaskRun(first.id), newTaskRun(null)];
const flowStates = [1, 2, 3, 4].flatMap((version) => [
  newFlowRunState(first.id, version),
  newFlowRunState(second.id, version),
]);
const taskStates = [
  newTaskRunState(task.id, first.id, 1, 1),
  newTaskRunState(otherTask.id, first.id, 1, 2),
  newTaskRunState(task.id, first.id, 2, 3),
  newTaskRunState(lonely.id, null, 1, null),
];
const lines = [
  newLog({ flowRunId: first.id }, 1),
  newLog({ flowRunId: first.id, taskRunId: task.id }, 2),
  newLog({ flowRunId: first.id, taskRunId: otherTask.id }, 3),
  newLog({ flowRunId: first.id, taskRunId: task.id }, 4),
  newLog({ taskRunId: lonely.id }, 1),
];

let opened: TestDatabase;
let database: Database;
let statements: string[];
beforeAll(async () => {
  opened = await testDatabase();
  database = opened.database;
  await insertFlows(database, [flow]);
  await insertFlowRuns(database, [first, second, idle]);
  await insertTaskRuns(database, [task, otherTask, lonely]);
  await insertFlowRunStates(database, flowStates);
  await insertTaskRunStates(database, taskStates);
  await insertLogs(database, lines);
});
afterAll(() => opened.drop());

const counted = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  statements = [];
  database.onStatement = (name) => statements.push(name);
  const result = await work();
  database.onStatement = null;
  return result;
};

test('one statement reads the new states of many runs, each after its own position', async () => {
  const wanted = [
    { id: first.id, after: 0 },
    { id: second.id, after: 3 },
    { id: idle.id, after: 0 },
  ];
  const news = await counted(() => flowRunStatesAfter(database, wanted, { rows: 3, bytes: 1_000_000 }));
  expect(statements).toEqual(['flowRunStates.after']);
  const of = (id: string, ...versions: number[]) =>
    flowStates.filter((state) => state.flowRunId === id && versions.includes(state.version));
  expect(news).toEqual(
    new Map([
      [first.id, { rows: of(first.id, 1, 2, 3).map((row) => ({ position: row.version, row })), complete: false }],
      [second.id, { rows: of(second.id, 4).map((row) => ({ position: row.version, row })), complete: true }],
    ]),
  );
});

test('a read without runs executes no statement', async () => {
  expect(await counted(() => flowRunStatesAfter(database, [], LIMITS))).toEqual(new Map());
  expect(statements).toEqual([]);
});

test('states of one task run are ordered by version, those of a flow run by position', async () => {
  const ofTask = await taskRunStatesAfter(
    database,
    [
      { id: task.id, after: 1 },
      { id: lonely.id, after: 0 },
    ],
    LIMITS,
  );
  expect(ofTask).toEqual(
    new Map([
      [task.id, { rows: [{ position: 2, row: taskStates[2] }], complete: true }],
      [lonely.id, { rows: [{ position: 1, row: taskStates[3] }], complete: true }],
    ]),
  );
  const ofFlowRun = await flowRunTaskRunStatesAfter(database, [{ id: first.id, after: 1 }], LIMITS);
  expect(ofFlowRun.get(first.id)?.rows).toEqual(taskStates.slice(1, 3).map((row) => ({ position: row.position, row })));
});

test('log lines of a flow run include those of its task runs, which keep their numbers', async () => {
  const ofFlowRun = await flowRunLogsAfter(database, [{ id: first.id, after: 1 }], { rows: 2, bytes: 1_000_000 });
  expect(ofFlowRun.get(first.id)?.rows).toEqual(lines.slice(1, 3).map((row) => ({ position: row.number, row })));
  const ofTasks = await taskRunLogsAfter(
    database,
    [
      { id: task.id, after: 2 },
      { id: lonely.id, after: 0 },
    ],
    LIMITS,
  );
  expect(ofTasks.get(task.id)?.rows).toEqual([{ position: 4, row: lines[3] }]);
  expect(ofTasks.get(lonely.id)?.rows).toEqual([{ position: 1, row: lines[4] }]);
});

test.each([
  [0, [1]],
  [30, [1, 2]],
  [1_000_000, [1, 2, 3, 4]],
])('a read of long lines stops at %i bytes, after one line at least', async (bytes, numbers) => {
  const long = newFlowRun(flow.id);
  await insertFlowRuns(database, [long]);
  await insertLogs(
    database,
    [1, 2, 3, 4].map((number) => newLog({ flowRunId: long.id }, number, { message: 'x'.repeat(20) })),
  );
  const news = (await flowRunLogsAfter(database, [{ id: long.id, after: 0 }], { rows: 10, bytes })).get(long.id);
  expect(news?.rows.map(({ position }) => position)).toEqual(numbers);
  expect(news?.complete).toBe(numbers.length === 4);
});
