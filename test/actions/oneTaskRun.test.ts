import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { type StartedEngine, startEngine } from '../../src/actions/startEngine.ts';
import { createTaskRun } from '../../src/actions/taskRuns/createTaskRun.ts';
import { renameTaskRun } from '../../src/actions/taskRuns/renameTaskRun.ts';
import { setTaskRunState } from '../../src/actions/taskRuns/setTaskRunState.ts';
import { newId } from '../../src/actions/writing/newId.ts';
import type { StateType } from '../../src/core/runs/state.ts';
import { taskRunStatesOf } from '../../src/store/taskRuns/taskRunStates.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';
import { interrupted } from '../support/interrupted.ts';
import { statementsOf } from '../support/statementsOf.ts';

let t: TestEngine;
let flowRunId: string;
beforeAll(async () => {
  t = await testEngine();
  const { flow } = await createFlow(t.engine, viewer, { name: 'a flow' });
  flowRunId = (await createFlowRun(t.engine, viewer, { flowId: flow.id, state: { type: 'RUNNING' } })).flowRun.id;
});
afterAll(() => t.close());

const pending = async () => {
  const run = { flowRunId, taskKey: 'task', dynamicKey: newId() };
  return (await createTaskRun(t.engine, viewer, run)).taskRun.id;
};
const set = (taskRunId: string, type: StateType, { engine = t.engine, force = false } = {}) =>
  setTaskRunState(engine, viewer, { taskRunId, state: { type }, force });
/** With a result that is kept: such a run is not run again. */
const complete = (taskRunId: string, engine = t.engine) =>
  setTaskRunState(engine, viewer, { taskRunId, state: { type: 'COMPLETED', data: { storage_key: 'a' } } });
const history = async (id: string) =>
  ((await taskRunStatesOf(t.test.database, [id], { page: { first: 200 } })).get(id)?.rows ?? []).map(({ row }) => row);

/** Another process on the same database: it knows nothing of what the first one does. */
const another = (): StartedEngine => startEngine(t.test.database, t.engine.streams);

/** A process to whose runs something happens between reading and writing, the first time. */
const overtaken = (happens: () => Promise<unknown>): StartedEngine =>
  startEngine(interrupted(t.test.database, 'taskRuns.moveOne', happens), t.engine.streams);

test('a task run is read before its first move, and not before the next ones', async () => {
  const id = await pending();
  expect(await statementsOf(t.test.database, () => set(id, 'RUNNING'))).toEqual([
    'taskRuns.readOne',
    'taskRuns.moveOne',
  ]);
  expect(await statementsOf(t.test.database, () => set(id, 'PAUSED'))).toEqual(['taskRuns.moveOne']);
  expect(await statementsOf(t.test.database, () => set(id, 'RUNNING'))).toEqual(['taskRuns.moveOne']);
  const states = await history(id);
  expect(states.map(({ type, version }) => [type, version])).toEqual([
    ['PENDING', 1],
    ['RUNNING', 2],
    ['PAUSED', 3],
    ['RUNNING', 4],
  ]);
  const times = states.map(({ timestamp }) => timestamp);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(new Set(states.map(({ position }) => position)).size).toBe(4);
});

test('the clock of a run that was not read again goes on', async () => {
  const id = await pending();
  await set(id, 'RUNNING');
  await new Promise((resolve) => setTimeout(resolve, 50));
  await set(id, 'PAUSED');
  const [, running, paused] = await history(id);
  const passed = (paused?.timestamp ?? 0) - (running?.timestamp ?? 0);
  expect(passed).toBeGreaterThan(40_000);
  expect(Math.abs((paused?.timestamp ?? 0) - Date.now() * 1000)).toBeLessThan(5_000_000);
});

test('a clock that stood still decides nothing', async () => {
  const id = await pending();
  await set(id, 'RUNNING');
  const stood = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const names = await statementsOf(t.test.database, () => set(id, 'PAUSED'));
  stood.mockRestore();
  expect(names).toEqual(['taskRuns.moveOne', 'taskRuns.readOne', 'taskRuns.moveOne']);
  const [, running, paused] = await history(id);
  expect((paused?.timestamp ?? 0) - (running?.timestamp ?? 0)).toBeGreaterThan(1_000_000);
});

test('a run that is written between reading and writing is moved under its lock', async () => {
  const id = await pending();
  const engine = overtaken(() => renameTaskRun(t.engine, viewer, { taskRunId: id, name: 'another name' }));
  const names = await statementsOf(t.test.database, () => set(id, 'RUNNING', { engine }));
  expect(names.slice(0, 1)).toEqual(['taskRuns.readOne']);
  expect(names.slice(-5)).toEqual([
    'taskRuns.moveOne',
    'taskRuns.lock',
    'taskRuns.limited',
    'taskRunStates.insert',
    'taskRuns.move',
  ]);
  expect((await history(id)).map(({ type }) => type)).toEqual(['PENDING', 'RUNNING']);
});

test('of two processes that read the same, the second decides on what the first wrote', async () => {
  const id = await pending();
  const engine = overtaken(() => complete(id));
  expect(await set(id, 'RUNNING', { engine })).toMatchObject({ verdict: 'REJECT' });
  expect((await history(id)).map(({ type }) => type)).toEqual(['PENDING', 'COMPLETED']);
});

describe('what was seen a moment ago', () => {
  test('is not what a move is decided on, where another process has moved the run', async () => {
    const id = await pending();
    await set(id, 'RUNNING');
    await complete(id, another());
    expect((await set(id, 'PENDING')).verdict).toBe('REJECT');
    expect((await history(id)).map(({ type }) => type)).toEqual(['PENDING', 'RUNNING', 'COMPLETED']);
  });

  test('refuses nothing', async () => {
    const id = await pending();
    await set(id, 'RUNNING');
    await set(id, 'CANCELLED');
    await set(id, 'PENDING', { engine: another(), force: true });
    expect(await set(id, 'RUNNING')).toMatchObject({ verdict: 'ACCEPT', written: true });
  });

  test('is nothing to a run that is gone', async () => {
    const id = await pending();
    await set(id, 'RUNNING');
    await t.test.database.query({ name: 'test.delete', text: 'delete from task_run where id = $1' }, [id]);
    await expect(set(id, 'COMPLETED')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is no secret of a tenant told to another', async () => {
    const id = await pending();
    await set(id, 'RUNNING');
    const stranger = { tenantId: newId(), role: 'ADMIN' } as const;
    const asked = setTaskRunState(t.engine, stranger, { taskRunId: id, state: { type: 'PAUSED' } });
    await expect(asked).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
