import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createDeployment } from '../../src/actions/deployments/createDeployment.ts';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { createFlowRunFromDeployment } from '../../src/actions/deployments/createFlowRunFromDeployment.ts';
import { type CreateFlowRun, createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { createFlowRunInput } from '../../src/actions/flowRuns/createFlowRunInput.ts';
import { deleteFlowRun } from '../../src/actions/flowRuns/deleteFlowRun.ts';
import { startEngine } from '../../src/actions/startEngine.ts';
import { createTaskRun } from '../../src/actions/taskRuns/createTaskRun.ts';
import type { FlowRun } from '../../src/core/runs/run.ts';
import { ExactNumber } from '../../src/core/values/exactNumber.ts';
import { flowRunInputByKey } from '../../src/store/flowRuns/flowRunInputs.ts';
import { flowRunStatesById } from '../../src/store/flowRuns/flowRunStates.ts';
import { flowRunsById } from '../../src/store/flowRuns/flowRuns.ts';
import { taskRunsById } from '../../src/store/taskRuns/taskRuns.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';
import { interrupted } from '../support/interrupted.ts';
import { statementsOf } from '../support/statementsOf.ts';

// Creations of flow runs and inputs are one statement, alone and at once. For task runs, see taskRuns.test.ts.

let t: TestEngine;
let flowId: string;
beforeAll(async () => {
  t = await testEngine();
  flowId = (await createFlow(t.engine, viewer, { name: 'a flow' })).flow.id;
});
afterAll(() => t.close());

const UNKNOWN = '01900000-0000-7000-8000-00000000dead';
const run = async (more: Partial<CreateFlowRun> = {}) =>
  (await createFlowRun(t.engine, viewer, { flowId, ...more })).flowRun;
const rows = async (text: string, values: unknown[]) => t.test.database.query({ name: 'test.rows', text }, values);

describe('flow runs', () => {
  test('a flow run is created if the run with its key is deleted meanwhile', async () => {
    const known = await run({ idempotencyKey: 'freed' });
    const database = interrupted(t.test.database, 'flowRuns.byIdempotencyKeys', () =>
      deleteFlowRun(t.engine, viewer, { flowRunId: known.id }),
    );
    const engine = startEngine(database, t.engine.streams);
    const { flowRun, created } = await createFlowRun(engine, viewer, { flowId, idempotencyKey: 'freed' });
    expect(created).toBe(true);
    expect(await rows('select 1 from flow_run where id = $1', [flowRun.id])).toHaveLength(1);
  });

  test('a new flow run is returned as it is read', async () => {
    const { flow } = await createFlow(t.engine, viewer, { name: 'exact', labels: { team: 'red' } });
    const { flowRun, state } = await createFlowRun(t.engine, viewer, {
      flowId: flow.id,
      name: 'exact',
      flowVersion: '1',
      parameters: { z: 1, a: [1.5, null, { b: new ExactNumber('1.0') }] },
      context: { c: 'é' },
      jobVariables: { image: 'x' },
      policy: { retries: 2 },
      tags: ['b', 'a'],
      labels: { x: 1.5, y: true },
      idempotencyKey: 'exact',
      state: { type: 'SCHEDULED', message: 'm', data: { d: [1] }, details: { scheduledTime: 1_700_000_000_123_456 } },
    });
    const [readRun] = await flowRunsById(t.test.database, viewer.tenantId, [flowRun.id]);
    const [readState] = await flowRunStatesById(t.test.database, viewer.tenantId, [flowRun.stateId]);
    expect(flowRun).toEqual(readRun);
    expect(state).toEqual(readState);
  });

  test('a flow run is created by one statement', async () => {
    await run();
    expect(await statementsOf(t.test.database, () => run())).toEqual(['flowRuns.insert']);
  });

  test('a hundred flow runs created at once take few statements, and an unknown flow fails alone', async () => {
    const flowIds = Array.from({ length: 100 }, (_, index) => (index === 50 ? UNKNOWN : flowId));
    let settled: PromiseSettledResult<{ id: string }>[] = [];
    const names = await statementsOf(t.test.database, async () => {
      settled = await Promise.allSettled(flowIds.map((id) => run({ flowId: id })));
    });
    expect(names.every((name) => name.startsWith('flowRuns.insert'))).toBe(true);
    expect(names.length).toBeLessThan(5);
    expect(settled.flatMap(({ status }, index) => (status === 'rejected' ? index : []))).toEqual([50]);
  });

  test('a flow run begun by a clock that is wrong is not written but begun again', async () => {
    await run();
    const wrong = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 30_000);
    let created: FlowRun | undefined;
    const names = await statementsOf(t.test.database, async () => {
      created = await run();
    });
    wrong.mockRestore();
    await run(); // learns the time again
    expect(names).toEqual(['flowRuns.insert', 'flowRuns.insert']);
    expect(Math.abs((created?.stateTimestamp ?? 0) - (created?.created ?? 0))).toBeLessThan(1_000_000);
  });
});

test('two processes that create runs with the same keys in opposite orders create each run once', async () => {
  const numbers = Array.from({ length: 60 }, (_, index) => index);
  const engines = [startEngine(t.test.database, t.engine.streams), startEngine(t.test.database, t.engine.streams)];
  const create = (at: number) => (number: number) => {
    const engine = engines[at] ?? t.engine;
    return createFlowRun(engine, viewer, { flowId, idempotencyKey: `opposite ${number}` });
  };
  const made = await Promise.all([...numbers.map(create(0)), ...numbers.toReversed().map(create(1))]);
  expect(new Set(made.map(({ flowRun }) => flowRun.id)).size).toBe(60);
  expect(made.filter(({ created }) => created)).toHaveLength(60);
  const runIds = [...new Set(made.map(({ flowRun }) => flowRun.id))].toSorted();
  const inputs = (at: number) => (flowRunId: string) => {
    const input = { flowRunId, key: 'a', value: '1', idempotencyKey: `input of ${flowRunId}` };
    return createFlowRunInput(engines[at] ?? t.engine, viewer, input);
  };
  const sent = await Promise.all([...runIds.map(inputs(0)), ...runIds.toReversed().map(inputs(1))]);
  expect(new Set(sent.map(({ input }) => input.id)).size).toBe(60);
});

test('a flow run from a deployment takes one read and one statement', async () => {
  const { deployment } = await createDeployment(t.engine, viewer, { flowId, name: 'a deployment', tags: ['a'] });
  const create = (more = {}) =>
    createFlowRunFromDeployment(t.engine, viewer, { deploymentId: deployment.id, tags: ['b'], ...more });
  expect(await statementsOf(t.test.database, () => create())).toEqual(['deployments.forRun', 'flowRuns.insert']);
  expect((await create()).flowRun).toMatchObject({ deploymentId: deployment.id, tags: ['a', 'b'] });
  await expect(create({ deploymentId: UNKNOWN })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('subflows that are created at once move their parent task runs, with the statements of one', async () => {
  const parents = await Promise.all(
    ['0', '1', '2'].map((dynamicKey) => createTaskRun(t.engine, viewer, { taskKey: 'parent', dynamicKey })),
  );
  const names = await statementsOf(t.test.database, () =>
    Promise.all(
      parents.map(({ taskRun }) => run({ parentTaskRunId: taskRun.id, state: { type: 'RUNNING', message: 'go' } })),
    ),
  );
  expect(names.filter((name) => name === 'flowRuns.insertMany' || name === 'taskRuns.move')).toHaveLength(2);
  const moved = await taskRunsById(
    t.test.database,
    viewer.tenantId,
    parents.map(({ taskRun }) => taskRun.id),
  );
  expect(moved.map(({ stateType, version }) => [stateType, version])).toEqual(parents.map(() => ['RUNNING', 2]));
});

describe('inputs', () => {
  test('an input is created by one statement, also with an idempotency key', async () => {
    const { id } = await run();
    const create = (key: string, idempotencyKey: string | null = null) =>
      createFlowRunInput(t.engine, viewer, { flowRunId: id, key, value: '1', idempotencyKey });
    expect(await statementsOf(t.test.database, () => create('a'))).toEqual(['flowRunInputs.createOne']);
    expect(await statementsOf(t.test.database, () => create('b', 'keyed'))).toEqual(['flowRunInputs.createOne']);
    expect(await create('b', 'keyed')).toEqual(await create('b', 'keyed'));
    await expect(create('b', 'another')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(create('c', 'keyed')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  test('inputs created at once share a statement, and those that cannot be created fail alone', async () => {
    const { id } = await run();
    const keys = ['a', 'b', 'b', 'c'];
    let settled: PromiseSettledResult<unknown>[] = [];
    const names = await statementsOf(t.test.database, async () => {
      settled = await Promise.allSettled([
        ...keys.map((key) => createFlowRunInput(t.engine, viewer, { flowRunId: id, key, value: key })),
        createFlowRunInput(t.engine, viewer, { flowRunId: UNKNOWN, key: 'a', value: '1' }),
      ]);
    });
    expect(names).toEqual(['flowRunInputs.createMany']);
    expect(settled.map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true, false]);
    expect(settled.slice(2, 5)).toMatchObject([
      { reason: { code: 'CONFLICT' } },
      {},
      { reason: { code: 'NOT_FOUND' } },
    ]);
    expect(await flowRunInputByKey(t.test.database, viewer.tenantId, id, 'c')).toEqual({ value: 'c' });
  });
});
