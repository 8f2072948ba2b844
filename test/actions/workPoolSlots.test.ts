import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { deleteFlowRun } from '../../src/actions/flowRuns/deleteFlowRun.ts';
import { setFlowRunState } from '../../src/actions/flowRuns/setFlowRunState.ts';
import { createWorkPool } from '../../src/actions/workPools/createWorkPool.ts';
import { createWorkQueue } from '../../src/actions/workPools/createWorkQueue.ts';
import { deleteWorkPool } from '../../src/actions/workPools/deleteWorkPool.ts';
import { deleteWorkQueue } from '../../src/actions/workPools/deleteWorkQueue.ts';
import { updateWorkPool } from '../../src/actions/workPools/updateWorkPool.ts';
import { updateWorkQueue } from '../../src/actions/workPools/updateWorkQueue.ts';
import { newId } from '../../src/actions/writing/newId.ts';
import type { StateType } from '../../src/core/runs/state.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';
import { statementsOf } from '../support/statementsOf.ts';

let t: TestEngine;
let flowId: string;
beforeAll(async () => {
  t = await testEngine();
  flowId = (await createFlow(t.engine, viewer, { name: 'flow' })).flow.id;
});
afterAll(() => t.close());

async function place(poolLimit: number | null, queueLimit: number | null = null) {
  const { workPool } = await createWorkPool(t.engine, viewer, {
    name: newId(),
    type: 'process',
    concurrencyLimit: poolLimit,
  });
  const { workQueue } = await createWorkQueue(t.engine, viewer, {
    workPoolName: workPool.name,
    name: 'narrow',
    concurrencyLimit: queueLimit,
  });
  return { workPoolName: workPool.name, workPoolId: workPool.id, workQueueId: workQueue.id };
}

const newRun = async (workPoolName: string, workQueueName = 'default', type: StateType = 'SCHEDULED') =>
  (await createFlowRun(t.engine, viewer, { flowId, workPoolName, workQueueName, state: { type } })).flowRun.id;
const newRuns = (count: number, workPoolName: string, workQueueName?: string) =>
  Promise.all(Array.from({ length: count }, () => newRun(workPoolName, workQueueName)));
const set = (flowRunId: string, type: StateType, force = false) =>
  setFlowRunState(t.engine, viewer, { flowRunId, state: { type }, force });
const setAll = async (ids: readonly string[], type: StateType) =>
  (await Promise.all(ids.map((id) => set(id, type)))).map(({ verdict }) => verdict);

describe('the slots of work pools and queues in one flush', () => {
  test('as many runs become PENDING as fit, in the order of their requests', async () => {
    const { workPoolName } = await place(4, 2);
    const narrow = await newRuns(3, workPoolName, 'narrow');
    const wide = await newRuns(4, workPoolName);
    expect(await setAll([...narrow, ...wide], 'PENDING')).toEqual([
      ...['ACCEPT', 'ACCEPT', 'REJECT'],
      ...['ACCEPT', 'ACCEPT', 'REJECT', 'REJECT'],
    ]);
  });

  test('a rejected run stays as it is', async () => {
    const { workPoolName } = await place(0);
    const run = await newRun(workPoolName);
    expect(await set(run, 'PENDING')).toMatchObject({
      verdict: 'REJECT',
      rule: 'SecureWorkPoolSlots',
      reason: `The concurrency limit of the work pool "${workPoolName}" is reached: 0 of 0.`,
      state: { type: 'SCHEDULED', version: 1 },
    });
  });

  test('runs take the slots that others of the flush free', async () => {
    const { workPoolName } = await place(1);
    const [first = '', second = ''] = await newRuns(2, workPoolName);
    await set(first, 'PENDING');
    const [, taken] = await Promise.all([set(first, 'CANCELLED'), set(second, 'PENDING')]);
    expect(taken.verdict).toBe('ACCEPT');
  });

  test('a run that moves several times takes and frees its slot each time', async () => {
    const { workPoolName } = await place(1);
    const [first = '', second = ''] = await newRuns(2, workPoolName);
    const types = ['PENDING', 'RUNNING', 'COMPLETED', 'PENDING'] as const;
    const outcomes = await Promise.all([...types.map((type) => set(first, type)), set(second, 'PENDING')]);
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['ACCEPT', 'ACCEPT', 'ACCEPT', 'ACCEPT', 'REJECT']);
  });
});

describe('the slot of a work pool', () => {
  test.each<[string, (run: string) => Promise<unknown>]>([
    ['ends', (run) => set(run, 'COMPLETED', true)],
    ['is scheduled again', (run) => set(run, 'SCHEDULED')],
    ['is deleted', (run) => deleteFlowRun(t.engine, viewer, { flowRunId: run })],
  ])('is free when its run %s', async (_, end) => {
    const { workPoolName } = await place(1);
    const [first = '', second = ''] = await newRuns(2, workPoolName);
    expect([...(await setAll([first], 'PENDING')), ...(await setAll([second], 'PENDING'))]).toEqual([
      'ACCEPT',
      'REJECT',
    ]);
    await end(first);
    expect((await set(second, 'PENDING')).verdict).toBe('ACCEPT');
  });

  test.each<StateType>(['RUNNING', 'CANCELLING'])('is kept by a run that is %s', async (type) => {
    const { workPoolName } = await place(1);
    const [first = '', second = ''] = await newRuns(2, workPoolName);
    await set(first, 'PENDING');
    await set(first, type, true);
    expect((await set(second, 'PENDING')).verdict).toBe('REJECT');
  });

  test('is taken by runs that were active before the limit was set', async () => {
    const { workPoolName, workPoolId, workQueueId } = await place(null);
    const [first = '', second = ''] = await newRuns(2, workPoolName);
    const narrow = await newRun(workPoolName, 'narrow');
    await set(first, 'PENDING');
    await updateWorkPool(t.engine, viewer, { workPoolId, concurrencyLimit: 1 });
    expect((await set(second, 'PENDING')).verdict).toBe('REJECT');
    await updateWorkPool(t.engine, viewer, { workPoolId, concurrencyLimit: null });
    await updateWorkQueue(t.engine, viewer, { workQueueId, concurrencyLimit: 0 });
    expect(await setAll([second, narrow], 'PENDING')).toEqual(['ACCEPT', 'REJECT']);
    await updateWorkQueue(t.engine, viewer, { workQueueId, concurrencyLimit: 1 });
    expect(await setAll([narrow], 'PENDING')).toEqual(['ACCEPT']);
  });

  test('is free when the queue of its run is deleted, and a run without a queue needs none', async () => {
    const { workPoolName, workPoolId, workQueueId } = await place(1);
    const [held = '', waiting = ''] = [await newRun(workPoolName, 'narrow'), await newRun(workPoolName)];
    await set(held, 'PENDING');
    expect((await set(waiting, 'PENDING')).verdict).toBe('REJECT');
    await deleteWorkQueue(t.engine, viewer, { workQueueId });
    expect((await set(waiting, 'PENDING')).verdict).toBe('ACCEPT');
    const last = await newRun(workPoolName);
    expect((await set(last, 'PENDING')).verdict).toBe('REJECT');
    await deleteWorkPool(t.engine, viewer, { workPoolId });
    expect((await set(last, 'PENDING')).verdict).toBe('ACCEPT');
  });
});

test('runs move while their work pool is deleted, and nothing deadlocks', async () => {
  for (let round = 0; round < 10; round++) {
    const { workPoolName, workPoolId } = await place(3, 2);
    const ids = [...(await newRuns(5, workPoolName)), ...(await newRuns(5, workPoolName, 'narrow'))];
    const [moves] = await Promise.all([
      Promise.all(ids.map((id) => set(id, 'PENDING'))),
      deleteWorkPool(t.engine, viewer, { workPoolId }),
    ]);
    expect(moves.every(({ verdict }) => verdict === 'ACCEPT' || verdict === 'REJECT')).toBe(true);
  }
});

test('a run whose queue and pool have no limit costs no statement more', async () => {
  const { workPoolName } = await place(null);
  const run = await newRun(workPoolName);
  const sent = await statementsOf(t.test.database, () => set(run, 'PENDING'));
  expect(sent.filter((name) => name.startsWith('workPools.'))).toEqual([]);
  const { workPoolName: limited } = await place(5);
  const other = await newRun(limited);
  const more = await statementsOf(t.test.database, () => set(other, 'PENDING'));
  expect(more.filter((name) => name.startsWith('workPools.'))).toEqual(['workPools.lockSlots', 'workPools.counted']);
  const running = await statementsOf(t.test.database, () => set(other, 'RUNNING'));
  expect(running.filter((name) => name.startsWith('workPools.'))).toEqual([]);
});
