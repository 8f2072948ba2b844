import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { setFlowRunState } from '../../src/actions/flowRuns/setFlowRunState.ts';
import { type CreateTaskRun, createTaskRun } from '../../src/actions/taskRuns/createTaskRun.ts';
import { type ReportTaskRunStates, reportTaskRunStates } from '../../src/actions/taskRuns/reportTaskRunStates.ts';
import { setTaskRunState } from '../../src/actions/taskRuns/setTaskRunState.ts';
import { newId } from '../../src/actions/writing/newId.ts';
import { taskRunStatesById, taskRunStatesOf } from '../../src/store/taskRuns/taskRunStates.ts';
import { taskRunsById } from '../../src/store/taskRuns/taskRuns.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';
import { statementsOf } from '../support/statementsOf.ts';

let t: TestEngine;
let flowRunId: string;
let count = 0;
beforeAll(async () => {
  t = await testEngine();
  const { flow } = await createFlow(t.engine, viewer, { name: 'a flow' });
  const { flowRun } = await createFlowRun(t.engine, viewer, { flowId: flow.id, state: { type: 'RUNNING' } });
  flowRunId = flowRun.id;
});
afterAll(() => t.close());

const keys = () => ({ taskKey: 'task', dynamicKey: String(count++) });
const create = async (more: Partial<CreateTaskRun> = {}) =>
  createTaskRun(t.engine, viewer, { flowRunId, ...keys(), ...more });
const read = async (id: string) => {
  const [found] = await taskRunsById(t.test.database, viewer.tenantId, [id]);
  if (!found) throw new Error('the run is gone');
  return found;
};
const history = async (id: string) => {
  const page = (await taskRunStatesOf(t.test.database, [id], { page: { first: 200 } })).get(id);
  return (page?.rows ?? []).map(({ row }) => row);
};

describe('creating a task run', () => {
  test.each([
    ['in a flow run', () => flowRunId],
    ['without a flow run', () => null],
  ])('creating a task run %s ten times in parallel creates one', async (_, around) => {
    const input = { flowRunId: around(), ...keys() };
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, index) => createTaskRun(t.engine, viewer, { ...input, name: `name ${index}` })),
    );
    expect(new Set(all.map(({ taskRun }) => taskRun.id)).size).toBe(1);
    expect(all.filter(({ created }) => created)).toHaveLength(1);
    expect(await history(all[0]?.taskRun.id ?? '')).toHaveLength(1);
  });

  test('a task run inherits the labels of its flow run', async () => {
    const { taskRun } = await create({ labels: { mine: 1 } });
    expect(taskRun.labels).toMatchObject({ mine: 1, 'prefect.flow-run.id': flowRunId });
  });

  test('creating a task run in an unknown flow run fails alone in its batch', async () => {
    const unknown = '01900000-0000-7000-8000-00000000dead';
    const [bad, good] = await Promise.allSettled([create({ flowRunId: unknown }), create()]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'REFERENCE_NOT_FOUND' } });
    expect(good.status).toBe('fulfilled');
  });

  test('creating a task run with the id of another fails alone in its batch', async () => {
    const { taskRun } = await create();
    const [bad, good] = await Promise.allSettled([create({ id: taskRun.id }), create()]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'CONFLICT' } });
    expect(good.status).toBe('fulfilled');
  });

  test('a task run is created by one statement, also with an idempotency key', async () => {
    await create();
    expect(await statementsOf(t.test.database, () => create())).toEqual(['taskRuns.createOne']);
    expect(await statementsOf(t.test.database, () => create({ idempotencyKey: newId() }))).toEqual([
      'taskRuns.createOne',
    ]);
  });

  test('fifty creations in one flush execute one statement, and those that repeat one are left to a batch', async () => {
    const all = await statementsOf(t.test.database, () => Promise.all(Array.from({ length: 50 }, () => create())));
    expect(all).toEqual(['taskRuns.createMany']);
    const repeated = { ...keys(), idempotencyKey: newId() };
    let answers: Awaited<ReturnType<typeof create>>[] = [];
    const names = await statementsOf(t.test.database, async () => {
      answers = await Promise.all([
        create(),
        create(repeated),
        create(repeated),
        create({ ...repeated, idempotencyKey: null }),
      ]);
    });
    expect(names.slice(0, 2)).toEqual(['taskRuns.createMany', 'flowRuns.enclosing']);
    expect(new Set(answers.map(({ taskRun }) => taskRun.id)).size).toBe(2);
    expect(answers.map(({ created }) => created)).toEqual([true, true, true, false]);
  });

  test('positions of task runs that are created together are contiguous', async () => {
    const { flow } = await createFlow(t.engine, viewer, { name: 'a flow' });
    const runs = await Promise.all(
      [0, 1].map(() => createFlowRun(t.engine, viewer, { flowId: flow.id, labels: { team: 'red' } })),
    );
    const made = await Promise.all(
      Array.from({ length: 40 }, (_, index) => create({ flowRunId: runs[index % 2]?.flowRun.id ?? null })),
    );
    for (const { flowRun } of runs) {
      const ours = made.filter(({ taskRun }) => taskRun.flowRunId === flowRun.id);
      const positions = ours.map(({ state }) => state?.position ?? 0);
      expect(positions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      expect(ours[0]?.taskRun.labels).toEqual({
        ...flowRun.labels,
        'prefect.flow-run.id': flowRun.id,
      });
    }
  });

  test.each([1, 3])('%i new task runs are returned as they are read', async (count) => {
    const given = {
      ...{
        tags: ['b', 'a'],
        labels: { x: 1.5 },
        taskInputs: { z: [], a: [{ kind: 'parameter' as const, name: 'y' }] },
      },
      ...{
        policy: { retries: 1, retryDelaySeconds: [1, 2] },
        taskVersion: '1',
        cacheExpiration: 1_700_000_000_123_456,
      },
      state: {
        type: 'SCHEDULED' as const,
        message: 'm',
        data: { d: [1] },
        details: { scheduledTime: 1_700_000_000_000_000 },
      },
    };
    const made = await Promise.all(Array.from({ length: count }, () => create(given)));
    for (const { taskRun, state } of made) {
      expect(taskRun).toEqual(await read(taskRun.id));
      expect(state).toEqual((await taskRunStatesById(t.test.database, viewer.tenantId, [taskRun.stateId]))[0]);
    }
  });
});

test('a task run cannot run until its flow run runs', async () => {
  const { flow } = await createFlow(t.engine, viewer, { name: 'a flow' });
  const { flowRun } = await createFlowRun(t.engine, viewer, { flowId: flow.id });
  const { taskRun } = await create({ flowRunId: flowRun.id });
  const propose = () => setTaskRunState(t.engine, viewer, { taskRunId: taskRun.id, state: { type: 'RUNNING' } });
  expect(await propose()).toMatchObject({
    verdict: 'ABORT',
    reason: 'The enclosing flow must be running to begin task execution.',
  });
  await setFlowRunState(t.engine, viewer, { flowRunId: flowRun.id, state: { type: 'RUNNING' } });
  expect(await propose()).toMatchObject({ verdict: 'ACCEPT', state: { version: 2, position: 2 } });
  expect(await read(taskRun.id)).toMatchObject({ flowRunRunCount: 1, runCount: 1 });
});

test('ten parallel moves of a task run to RUNNING count ten runs', async () => {
  const { taskRun } = await create({ state: { type: 'RUNNING' } });
  await Promise.all(
    Array.from({ length: 10 }, () =>
      setTaskRunState(t.engine, viewer, { taskRunId: taskRun.id, state: { type: 'RUNNING' } }),
    ),
  );
  expect(await read(taskRun.id)).toMatchObject({ runCount: 11, version: 11, stateName: 'Rerunning' });
});

test('a task run finds a completed state by its cache key', async () => {
  const details = { cacheKey: 'a cache key' };
  const { taskRun: first } = await create({ state: { type: 'RUNNING' } });
  const data = { type: 'reference', at: 'there' };
  await setTaskRunState(t.engine, viewer, { taskRunId: first.id, state: { type: 'COMPLETED', data, details } });
  const { taskRun: second } = await create();
  const outcome = await setTaskRunState(t.engine, viewer, {
    taskRunId: second.id,
    state: { type: 'RUNNING', details },
  });
  expect(outcome).toMatchObject({
    verdict: 'REJECT',
    reason: 'Retrieved state from cache',
    state: { name: 'Cached', data },
  });
});

test('a subflow moves its parent task run', async () => {
  const { taskRun } = await create();
  const { flow } = await createFlow(t.engine, viewer, { name: 'a subflow' });
  const { flowRun } = await createFlowRun(t.engine, viewer, { flowId: flow.id, parentTaskRunId: taskRun.id });
  expect(await read(taskRun.id)).toMatchObject({ stateType: 'PENDING', version: 2 });
  await setFlowRunState(t.engine, viewer, {
    flowRunId: flowRun.id,
    state: { type: 'FAILED', name: 'Oops', message: 'm' },
  });
  expect(await read(taskRun.id)).toMatchObject({ stateType: 'FAILED', stateName: 'Oops', version: 3 });
  expect((await history(taskRun.id)).at(-1)).toMatchObject({ message: 'm', details: { childFlowRunId: flowRun.id } });
});

describe('reported states', () => {
  const at = (seconds: number) => 1_700_000_000_000_000 + seconds * 1_000_000;
  const report = (reports: ReportTaskRunStates['reports']) => reportTaskRunStates(t.engine, viewer, { reports });
  const id = (n: number) => `01900000-0000-7000-9000-${String(n + count * 100).padStart(12, '0')}`;

  test('the first report creates a task run and an older report does not move it back', async () => {
    const run = { flowRunId, ...keys() };
    const ids = [id(1), id(2), id(3)] as const;
    const answer = await report([
      { ...run, state: { id: ids[0], type: 'RUNNING', timestamp: at(10) } },
      { ...run, state: { id: ids[1], type: 'COMPLETED', timestamp: at(20) } },
    ]);
    const taskRunId = answer.reported[0]?.taskRunId ?? '';
    expect(answer.reported.map(({ written }) => written)).toEqual([true, true]);
    await report([{ ...run, state: { id: ids[2], type: 'PENDING', timestamp: at(5) } }]);
    expect(await read(taskRunId)).toMatchObject({
      stateType: 'COMPLETED',
      version: 3,
      runCount: 1,
      startTime: at(10),
      endTime: at(20),
      totalRunTimeSeconds: 10,
    });
    expect((await history(taskRunId)).map(({ type, outOfOrder }) => [type, outOfOrder])).toEqual([
      ['RUNNING', false],
      ['COMPLETED', false],
      ['PENDING', true],
    ]);
  });

  test('a report with a known state id changes nothing', async () => {
    const run = { flowRunId, ...keys() };
    const state = { id: id(4), type: 'RUNNING' as const, timestamp: at(1) };
    const [first, again] = [await report([{ ...run, state }]), await report([{ ...run, state }])];
    expect(again.reported).toEqual([{ ...first.reported[0], written: false }]);
    expect(await history(first.reported[0]?.taskRunId ?? '')).toHaveLength(1);
  });

  test('a report for an unknown flow run is rejected and the others are stored', async () => {
    const state = { type: 'RUNNING' as const, timestamp: at(1) };
    const answer = await report([
      { flowRunId: '01900000-0000-7000-8000-00000000dead', ...keys(), state },
      { flowRunId, ...keys(), state },
    ]);
    expect(answer.rejected).toMatchObject([{ index: 0, code: 'REFERENCE_NOT_FOUND' }]);
    expect(answer.reported).toHaveLength(1);
  });

  test('parallel reports get contiguous positions in their flow run', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        report([
          {
            flowRunId,
            taskKey: 'hot',
            dynamicKey: String(index % 5),
            state: { type: 'RUNNING', timestamp: at(index) },
          },
        ]),
      ),
    );
    const rows = await t.test.database.query<{ count: number; max: number }>(
      {
        name: 'test.positions',
        text: 'select count(*)::int as count, max(position)::int as max from task_run_state where flow_run_id = $1',
      },
      [flowRunId],
    );
    expect(rows[0]?.count).toBe(rows[0]?.max);
  });
});
