import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { createTaskRun } from '../../src/actions/taskRuns/createTaskRun.ts';
import { type ReportTaskRunStates, reportTaskRunStates } from '../../src/actions/taskRuns/reportTaskRunStates.ts';
import { setTaskRunState } from '../../src/actions/taskRuns/setTaskRunState.ts';
import { newId } from '../../src/actions/writing/newId.ts';
import { parseInstant } from '../../src/core/values/instant.ts';
import type { Json } from '../../src/core/values/jsonObject.ts';
import { statement } from '../../src/store/connection/database.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';

// An entry of a batch, or a request in a shared transaction, must not affect the others.

let t: TestEngine;
let flowRunId: string;
let count = 0;
beforeAll(async () => {
  t = await testEngine();
  const { flow } = await createFlow(t.engine, viewer, { name: 'a flow' });
  flowRunId = (await createFlowRun(t.engine, viewer, { flowId: flow.id, state: { type: 'RUNNING' } })).flowRun.id;
});
afterAll(() => t.close());

type Report = ReportTaskRunStates['reports'][number];
const timestamp = parseInstant('2026-11-21T10:00:00Z') ?? 0;
const keys = () => ({ taskKey: 'task', dynamicKey: String(count++) });
const reportOf = (more: Omit<Partial<Report>, 'state'> = {}, state: Partial<Report['state']> = {}): Report => ({
  flowRunId,
  ...keys(),
  ...more,
  state: { type: 'RUNNING', timestamp, ...state },
});
const report = (reports: Report[], idempotencyKey: string | null = null) =>
  reportTaskRunStates(t.engine, viewer, { reports, idempotencyKey });

const RUNS = statement(
  'test.runsByKey',
  `select r.id, r.name, r.version, exists(select from task_run_state s where s.id = r.state_id) as whole
   from task_run r where r.dynamic_key = $1`,
);
const runsOf = ({ dynamicKey }: { dynamicKey: string }) =>
  t.test.database.query<{ id: string; name: string; version: number; whole: boolean }>(RUNS, [dynamicKey]);

describe('a rejected report of a batch', () => {
  test('a report whose state belongs to another task run is rejected, creates no task run and leaves the others', async () => {
    const id = newId();
    await report([reportOf({}, { id })]);
    const [bad, good] = [reportOf({}, { id }), reportOf()];
    const { reported, rejected } = await report([bad, good]);
    expect(rejected).toMatchObject([{ index: 0, code: 'CONFLICT' }]);
    expect(reported).toMatchObject([{ written: true }]);
    expect(await runsOf(bad)).toEqual([]);
    expect(await runsOf(good)).toMatchObject([{ version: 1, whole: true }]);
  });

  test('a report whose id belongs to another task run is rejected and leaves the others', async () => {
    const { taskRun } = await createTaskRun(t.engine, viewer, { flowRunId, ...keys() });
    const [bad, good] = [reportOf({ taskRunId: taskRun.id }), reportOf()];
    const { reported, rejected } = await report([bad, good]);
    expect(rejected).toMatchObject([{ index: 0, code: 'CONFLICT' }]);
    expect(reported).toHaveLength(1);
    expect(await runsOf(bad)).toEqual([]);
  });

  test('a report whose id an earlier one of the batch took is rejected and leaves that one', async () => {
    const taskRunId = newId();
    const { reported, rejected } = await report([reportOf({ taskRunId }), reportOf({ taskRunId })]);
    expect(rejected).toMatchObject([{ index: 1, code: 'CONFLICT' }]);
    expect(reported).toMatchObject([{ taskRunId, written: true }]);
  });

  test('a report whose data is nested too deeply is rejected, also with an idempotency key', async () => {
    const data: Json = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    const { reported, rejected } = await report([reportOf({}, { data }), reportOf()], newId());
    expect(rejected).toMatchObject([{ index: 0, code: 'BAD_USER_INPUT' }]);
    expect(reported).toHaveLength(1);
  });
});

test('a task run is created from its first report', async () => {
  const [first, second] = [reportOf({ name: 'first' }), { name: 'second' }];
  await report([first, { ...first, ...second }]);
  expect(await runsOf(first)).toMatchObject([{ name: 'first', version: 2, whole: true }]);
});

test('a state reported by eight task runs belongs to only one of them', async () => {
  const id = newId();
  const reports = Array.from({ length: 8 }, () => reportOf({}, { id }));
  const answers = await Promise.all(reports.map((each) => report([each])));
  expect(answers.flatMap(({ reported }) => reported)).toHaveLength(1);
  const made = (await Promise.all(reports.map(runsOf))).flat();
  expect(made).toMatchObject([{ whole: true }]);
});

describe('a reused idempotency key', () => {
  test('reports with a reused idempotency key create no task run', async () => {
    const [key, other] = [newId(), reportOf()];
    await report([reportOf()], key);
    await expect(report([other], key)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await runsOf(other)).toEqual([]);
  });

  test('a creation with a reused idempotency key creates no task run', async () => {
    const [idempotencyKey, other] = [newId(), { flowRunId, ...keys() }];
    await createTaskRun(t.engine, viewer, { flowRunId, ...keys(), idempotencyKey });
    const refused = createTaskRun(t.engine, viewer, { ...other, idempotencyKey });
    await expect(refused).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await runsOf(other)).toEqual([]);
  });
});

describe('creations in one flush', () => {
  const create = (more: object = {}) => createTaskRun(t.engine, viewer, { flowRunId, ...keys(), ...more });

  test('a creation whose first state is rejected leaves the others of its flush', async () => {
    const details = { deferred: true, cacheKey: 'k'.repeat(3_000) };
    const bad = create({ state: { type: 'COMPLETED', details } });
    const others = Array.from({ length: 5 }, () => create());
    await expect(bad).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    expect(await Promise.all(others)).toHaveLength(5);
  });

  test('creations with the same id and keys create one task run', async () => {
    const input = { id: newId(), ...keys() };
    const answers = await Promise.all([create(input), create(input), create(input)]);
    expect(answers.map(({ created }) => created)).toEqual([true, false, false]);
  });
});

test('a cache key of 2,000 multi-byte characters is stored and found', async () => {
  const cacheKey = Array.from({ length: 2_000 }, (_, index) =>
    String.fromCodePoint(0x4e00 + ((index * 7919) % 20_000)),
  ).join('');
  const state = { type: 'COMPLETED' as const, data: 1, details: { deferred: true, cacheKey } };
  await createTaskRun(t.engine, viewer, { ...keys(), state });
  const { taskRun } = await createTaskRun(t.engine, viewer, { flowRunId, ...keys() });
  const asked = { type: 'RUNNING' as const, details: { cacheKey } };
  const moved = await setTaskRunState(t.engine, viewer, { taskRunId: taskRun.id, state: asked });
  expect(moved.state).toMatchObject({ type: 'COMPLETED', name: 'Cached' });
});
