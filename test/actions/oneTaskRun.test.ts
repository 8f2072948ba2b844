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
/** Completes a task run with a persisted result, so that it cannot run again. */
const complete = (taskRunId: string, engine = t.engine) =>
  setTaskRunState(engine, viewer, { taskRunId, state: { type: 'COMPLETED', data: { storage_key: 'a' } } });
const history = async (id: string) =>
  ((await taskRunStatesOf(t.test.database, [id], { page: { first: 200 } })).get(id)?.rows ?? []).map(({ row }) => row);

/** The engine of another process on the same database. */
const another = (): StartedEngine => startEngine(t.test.database, t.engine.streams);

/** An engine whose first move is interrupted between its read and its write. */
const overtaken = (happens: () => Promise<unknown>): StartedEngine =>
  startEngine(interrupted(t.test.database, 'taskRuns.moveOne', happens), t.engine.streams);

test('a task run is read before its first move only, and not by the process that created it', async () => {
  const id = await pending();
  const engine = another();
  const move = (type: StateType) => statementsOf(t.test.database, () => set(id, type, { engine }));
  expect(await move('RUNNING')).toEqual(['taskRuns.readOne', 'taskRuns.moveOne']);
  expect(await move('PAUSED')).toEqual(['taskRuns.moveOne']);
  expect(await move('RUNNING')).toEqual(['taskRuns.moveOne']);
  const created = await pending();
  expect(await statementsOf(t.test.database, () => set(created, 'RUNNING'))).toEqual(['taskRuns.moveOne']);
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

test('a task run that is not read again gets timestamps from a clock that advances', async () => {
  const id = await pending();
  await set(id, 'RUNNING');
  const { now } = performance;
  const advanced = vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + 400);
  await set(id, 'PAUSED');
  advanced.mockRestore();
  const [, running, paused] = await history(id);
  expect((paused?.timestamp ?? 0) - (running?.timestamp ?? 0)).toBeGreaterThan(400_000);
});

test('a move decided by a clock that went wrong is not written but decided again', async () => {
  const id = await pending();
  await set(id, 'RUNNING');
  const wrong = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 30_000);
  const names = await statementsOf(t.test.database, () => set(id, 'PAUSED'));
  wrong.mockRestore();
  expect(names).toEqual(['taskRuns.moveOne', 'taskRuns.readOne', 'taskRuns.moveOne']);
  const [, running, paused] = await history(id);
  expect((paused?.timestamp ?? Infinity) - (running?.timestamp ?? 0)).toBeLessThan(20_000_000);
});

test('a task run that is written between the read and the write of a move is moved under its lock', async () => {
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

test('a move is decided again if another process completed the run after the read', async () => {
  const id = await pending();
  const engine = overtaken(() => complete(id));
  expect(await set(id, 'RUNNING', { engine })).toMatchObject({ verdict: 'REJECT' });
  expect((await history(id)).map(({ type }) => type)).toEqual(['PENDING', 'COMPLETED']);
});

describe('the cache of recent task runs', () => {
  test('a move is not decided on a cached task run that another process has moved', async () => {
    const id = await pending();
    await set(id, 'RUNNING');
    await complete(id, another());
    expect((await set(id, 'PENDING')).verdict).toBe('REJECT');
    expect((await history(id)).map(({ type }) => type)).toEqual(['PENDING', 'RUNNING', 'COMPLETED']);
  });

  test('a move is not rejected because of a cached task run', async () => {
    const id = await pending();
    await set(id, 'RUNNING');
    await set(id, 'CANCELLED');
    await set(id, 'PENDING', { engine: another(), force: true });
    expect(await set(id, 'RUNNING')).toMatchObject({ verdict: 'ACCEPT', written: true });
  });

  test('a move of a cached task run that was deleted is NOT_FOUND', async () => {
    const id = await pending();
    await set(id, 'RUNNING');
    await t.test.database.query({ name: 'test.delete', text: 'delete from task_run where id = $1' }, [id]);
    await expect(set(id, 'COMPLETED')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a task run cached for one tenant is NOT_FOUND for another', async () => {
    const id = await pending();
    await set(id, 'RUNNING');
    const stranger = { tenantId: newId(), role: 'ADMIN' } as const;
    const asked = setTaskRunState(t.engine, stranger, { taskRunId: id, state: { type: 'PAUSED' } });
    await expect(asked).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
