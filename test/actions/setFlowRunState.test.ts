import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { type CreateFlowRun, createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { setFlowRunState } from '../../src/actions/flowRuns/setFlowRunState.ts';
import { flowRunStatesOf } from '../../src/store/flowRuns/flowRunStates.ts';
import { flowRunsById } from '../../src/store/flowRuns/flowRuns.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';

let t: TestEngine;
let flowId: string;
beforeAll(async () => {
  t = await testEngine();
  flowId = (await createFlow(t.engine, viewer, { name: 'a flow' })).flow.id;
});
afterAll(() => t.close());

const run = async (more: Partial<CreateFlowRun> = {}) =>
  (await createFlowRun(t.engine, viewer, { flowId, ...more })).flowRun;
const read = async (id: string) => {
  const [found] = await flowRunsById(t.test.database, viewer.tenantId, [id]);
  if (!found) throw new Error('the run is gone');
  return found;
};
const history = async (id: string) => {
  const page = (await flowRunStatesOf(t.test.database, [id], { page: { first: 200 } })).get(id);
  return (page?.rows ?? []).map(({ row }) => row);
};

test('a flow run begins in the requested state with version 1', async () => {
  const { id, version, stateType, runCount, startTime, stateTimestamp } = await run({ state: { type: 'RUNNING' } });
  expect({ version, stateType, runCount }).toEqual({ version: 1, stateType: 'RUNNING', runCount: 1 });
  expect(startTime).toBe(stateTimestamp);
  expect(await history(id)).toMatchObject([{ version: 1, type: 'RUNNING', name: 'Running' }]);
});

test('an accepted state is written once, with the next version', async () => {
  const { id } = await run();
  const outcome = await setFlowRunState(t.engine, viewer, { flowRunId: id, state: { type: 'RUNNING', message: 'go' } });
  expect(outcome).toMatchObject({ verdict: 'ACCEPT', reason: null, written: true, runId: id });
  expect(outcome.state).toMatchObject({ version: 2, type: 'RUNNING', name: 'Running', message: 'go' });
  const now = await read(id);
  expect(now).toMatchObject({ version: 2, stateId: outcome.state.id, stateType: 'RUNNING', runCount: 1 });
  expect((await history(id)).map(({ version, type }) => [version, type])).toEqual([
    [1, 'PENDING'],
    [2, 'RUNNING'],
  ]);
});

test('a rejected state changes nothing and the answer contains the current state', async () => {
  const before = await run({ state: { type: 'CANCELLING' } });
  const outcome = await setFlowRunState(t.engine, viewer, { flowRunId: before.id, state: { type: 'RUNNING' } });
  expect(outcome).toMatchObject({ verdict: 'REJECT', written: false, state: { id: before.stateId, version: 1 } });
  expect(await read(before.id)).toEqual(before);
});

test('a hundred parallel moves of one flow run get contiguous versions and increasing timestamps', async () => {
  const { id } = await run();
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, () => setFlowRunState(t.engine, viewer, { flowRunId: id, state: { type: 'RUNNING' } })),
  );
  expect(outcomes.map(({ state }) => state.version).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 100 }, (_, index) => index + 2),
  );
  const states = await history(id);
  expect(states.map(({ version }) => version)).toEqual(Array.from({ length: 101 }, (_, index) => index + 1));
  const times = states.map(({ timestamp }) => timestamp);
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  expect(await read(id)).toMatchObject({ version: 101, runCount: 100 });
});

describe('compare-and-set', () => {
  test('one of seven moves with the same expected version wins and the others are VERSION_CONFLICT', async () => {
    const { id } = await run();
    const all = await Promise.allSettled(
      Array.from({ length: 7 }, () =>
        setFlowRunState(t.engine, viewer, { flowRunId: id, state: { type: 'RUNNING' }, expectedVersion: 1 }),
      ),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const lost of all.filter((one) => one.status === 'rejected')) {
      expect(lost.reason).toMatchObject({ code: 'VERSION_CONFLICT', details: { currentVersion: 2 } });
    }
    expect(await history(id)).toHaveLength(2);
  });
});

describe('an idempotency key', () => {
  test('a move sent seven times with one idempotency key has one effect and one answer', async () => {
    const { id } = await run();
    const send = () =>
      setFlowRunState(t.engine, viewer, { flowRunId: id, state: { type: 'RUNNING' }, idempotencyKey: 'seven' });
    const outcomes = await Promise.all(Array.from({ length: 7 }, send));
    for (const outcome of [...outcomes, await send()]) expect(outcome).toEqual(outcomes[0]);
    expect(await history(id)).toHaveLength(2);
  });

  test('an idempotency key is rejected for another move', async () => {
    const { id } = await run();
    await setFlowRunState(t.engine, viewer, { flowRunId: id, state: { type: 'RUNNING' }, idempotencyKey: 'used' });
    await expect(
      setFlowRunState(t.engine, viewer, { flowRunId: id, state: { type: 'FAILED' }, idempotencyKey: 'used' }),
    ).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await history(id)).toHaveLength(2);
  });
});

test('moving an unknown flow run is NOT_FOUND', async () => {
  await expect(
    setFlowRunState(t.engine, viewer, {
      flowRunId: '01900000-0000-7000-8000-00000000dead',
      state: { type: 'RUNNING' },
    }),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('moving a flow run of another tenant is NOT_FOUND', async () => {
  const { id } = await run();
  const stranger = { tenantId: '01900000-0000-7000-8000-00000000beef', role: 'ADMIN' as const };
  await expect(
    setFlowRunState(t.engine, stranger, { flowRunId: id, state: { type: 'RUNNING' } }),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('moves in one flush execute one transaction of four statements', async () => {
  const runs = await Promise.all(Array.from({ length: 20 }, () => run()));
  const names: string[] = [];
  t.test.database.onStatement = (name) => names.push(name);
  await Promise.all(
    runs.map(({ id }) => setFlowRunState(t.engine, viewer, { flowRunId: id, state: { type: 'RUNNING' } })),
  );
  t.test.database.onStatement = null;
  expect(names.filter((name) => name.startsWith('flowRun'))).toEqual([
    'flowRuns.lock',
    'flowRuns.limited',
    'flowRunStates.insert',
    'flowRuns.move',
  ]);
});
