import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { type CreateFlowRun, createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { createFlowRunInput } from '../../src/actions/flowRuns/createFlowRunInput.ts';
import { deleteFlowRun } from '../../src/actions/flowRuns/deleteFlowRun.ts';
import { deleteFlowRunLogs } from '../../src/actions/flowRuns/deleteFlowRunLogs.ts';
import { setFlowRunState } from '../../src/actions/flowRuns/setFlowRunState.ts';
import { updateFlowRun } from '../../src/actions/flowRuns/updateFlowRun.ts';
import { updateFlowRunLabels } from '../../src/actions/flowRuns/updateFlowRunLabels.ts';
import { createTaskRun } from '../../src/actions/taskRuns/createTaskRun.ts';
import { deleteTaskRun } from '../../src/actions/taskRuns/deleteTaskRun.ts';
import { renameTaskRun } from '../../src/actions/taskRuns/renameTaskRun.ts';
import { setTaskRunState } from '../../src/actions/taskRuns/setTaskRunState.ts';
import { writeLogs } from '../../src/actions/taskRuns/writeLogs.ts';
import { newId } from '../../src/actions/writing/newId.ts';
import type { Viewer } from '../../src/core/values/viewer.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';
import { insertTenant } from '../support/rows.ts';

let t: TestEngine;
let flowId: string;
let stranger: Viewer;
beforeAll(async () => {
  t = await testEngine();
  flowId = (await createFlow(t.engine, viewer, { name: 'a flow' })).flow.id;
  stranger = { tenantId: await insertTenant(t.test.database), role: 'ADMIN' };
});
afterAll(() => t.close());

const run = async (more: Partial<CreateFlowRun> = {}) =>
  (await createFlowRun(t.engine, viewer, { flowId, ...more })).flowRun;
const task = async (flowRunId: string | null) =>
  (await createTaskRun(t.engine, viewer, { flowRunId, taskKey: 'task', dynamicKey: newId() })).taskRun;
const rows = async <Row>(text: string, values: unknown[] = []) =>
  t.test.database.query<Row>({ name: 'test.rows', text }, values);
const lines = (of: { flowRunId?: string; taskRunId?: string }, count: number) =>
  writeLogs(t.engine, viewer, {
    logs: Array.from({ length: count }, (_, index) => ({ ...of, level: 20, name: 'n', message: `line ${index}` })),
  });
const gone = { code: 'NOT_FOUND' };

describe('labels', () => {
  test('ten updates of labels in parallel add ten labels', async () => {
    const { id: flowRunId } = await run({ labels: { a: 1, b: 'x' } });
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        updateFlowRunLabels(t.engine, viewer, { flowRunId, labels: { [`k${index}`]: index, b: 'y' } }),
      ),
    );
    const { flowRun } = await updateFlowRunLabels(t.engine, viewer, { flowRunId, labels: {} });
    expect(Object.keys(flowRun.labels).filter((key) => /^k\d$/.test(key))).toHaveLength(10);
    expect(flowRun.labels).toMatchObject({ a: 1, b: 'y', k9: 9 });
  });

  test.each([
    ['null', { a: null }],
    ['a map', { a: {} }],
    ['a list', { a: [1] }],
    ['an infinite number', { a: Number.POSITIVE_INFINITY }],
    ['a text with a NUL', { a: '\0' }],
  ])('a label whose value is %s is rejected', async (_, labels) => {
    const { id: flowRunId, labels: before } = await run();
    // The cast: the types forbid these values, but clients may send them.
    const update = updateFlowRunLabels(t.engine, viewer, { flowRunId, labels: labels as never });
    await expect(update).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect((await updateFlowRunLabels(t.engine, viewer, { flowRunId, labels: {} })).flowRun.labels).toEqual(before);
  });

  test('a flow run has at most 500 labels', async () => {
    const { id: flowRunId } = await run();
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, true]));
    await expect(updateFlowRunLabels(t.engine, viewer, { flowRunId, labels: many(500) })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    const { flowRun } = await updateFlowRunLabels(t.engine, viewer, { flowRunId, labels: many(499) });
    expect(Object.keys(flowRun.labels)).toHaveLength(500);
  });
});

describe('a flow run that is deleted', () => {
  test('deleting a flow run deletes its states, task runs, inputs and log lines but not its subflow', async () => {
    const { id: flowRunId } = await run({ state: { type: 'RUNNING' } });
    const { id: taskRunId } = await task(flowRunId);
    const child = await run({ parentTaskRunId: taskRunId });
    await createFlowRunInput(t.engine, viewer, { flowRunId, key: 'k', value: 'v' });
    await lines({ flowRunId, taskRunId }, 3);
    const other = await run();
    await lines({ flowRunId: other.id }, 1);

    expect(await deleteFlowRun(t.engine, viewer, { flowRunId })).toEqual({ flowRunId });
    const left = await rows(
      `select (select count(*) from flow_run where id = $1) as runs,
         (select count(*) from flow_run_state where flow_run_id = $1) as states,
         (select count(*) from task_run where flow_run_id = $1) as tasks,
         (select count(*) from task_run_state where flow_run_id = $1) as "taskStates",
         (select count(*) from flow_run_input where flow_run_id = $1) as inputs,
         (select count(*) from log where run_id = $1) as lines,
         (select count(*) from run_counter where run_id = $1) as counters`,
      [flowRunId],
    );
    expect(left).toEqual([{ runs: 0, states: 0, tasks: 0, taskStates: 0, inputs: 0, lines: 0, counters: 0 }]);
    expect(await rows('select parent_task_run_id from flow_run where id = $1', [child.id])).toEqual([
      { parent_task_run_id: null },
    ]);
    expect(await rows('select 1 from log where run_id = $1', [other.id])).toHaveLength(1);
  });

  test('deleting a flow run again is NOT_FOUND, but repeats its answer for the same idempotency key', async () => {
    const { id: flowRunId } = await run();
    const keyed = () => deleteFlowRun(t.engine, viewer, { flowRunId, idempotencyKey: `delete ${flowRunId}` });
    expect(await Promise.all([keyed(), keyed(), keyed()])).toEqual([{ flowRunId }, { flowRunId }, { flowRunId }]);
    await expect(deleteFlowRun(t.engine, viewer, { flowRunId })).rejects.toMatchObject(gone);
  });

  test('a run of another tenant cannot be deleted or changed', async () => {
    const { id: flowRunId } = await run();
    const { id: taskRunId } = await task(flowRunId);
    await expect(deleteFlowRun(t.engine, stranger, { flowRunId })).rejects.toMatchObject(gone);
    await expect(deleteFlowRunLogs(t.engine, stranger, { flowRunId })).rejects.toMatchObject(gone);
    await expect(updateFlowRunLabels(t.engine, stranger, { flowRunId, labels: {} })).rejects.toMatchObject(gone);
    await expect(deleteTaskRun(t.engine, stranger, { taskRunId })).rejects.toMatchObject(gone);
    await expect(renameTaskRun(t.engine, stranger, { taskRunId, name: 'x' })).rejects.toMatchObject(gone);
  });

  test('deleting flow runs during concurrent writes leaves nothing behind and does not deadlock', async () => {
    const all = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const parent = await run({ state: { type: 'RUNNING' } });
        const wrapper = await task(parent.id);
        return { parent: parent.id, wrapper: wrapper.id, child: (await run({ parentTaskRunId: wrapper.id })).id };
      }),
    );
    const outcomes = await Promise.allSettled(
      all.flatMap(({ parent, wrapper, child }) => [
        lines({ taskRunId: wrapper }, 20),
        setTaskRunState(t.engine, viewer, { taskRunId: wrapper, state: { type: 'RUNNING' } }),
        deleteFlowRun(t.engine, viewer, { flowRunId: parent }),
        setFlowRunState(t.engine, viewer, { flowRunId: child, state: { type: 'RUNNING' } }),
        lines({ flowRunId: parent }, 20),
        task(parent),
      ]),
    );
    const faults = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
    expect(faults.filter((code) => !['NOT_FOUND', 'REFERENCE_NOT_FOUND'].includes(code))).toEqual([]);
    const left = await rows<{ found: number }>(
      `select (select count(*) from log l where not exists (select from flow_run r where r.id = l.flow_run_id))
         + (select count(*) from run_counter c where not exists (select from flow_run r where r.id = c.run_id)
             and not exists (select from task_run r where r.id = c.run_id)) as found`,
    );
    expect(left).toEqual([{ found: 0 }]);
    const deadlocks = await rows<{ deadlocks: number }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    expect(deadlocks).toEqual([{ deadlocks: 0 }]);
  });
});

describe('deleted log lines', () => {
  test('deleting log lines returns their number, which later lines do not reuse', async () => {
    const { id: flowRunId } = await run();
    await lines({ flowRunId }, 3);
    expect(await deleteFlowRunLogs(t.engine, viewer, { flowRunId })).toEqual({ flowRunId, deleted: 3 });
    expect(await deleteFlowRunLogs(t.engine, viewer, { flowRunId })).toEqual({ flowRunId, deleted: 0 });
    await lines({ flowRunId }, 1);
    expect(await rows('select number from log where run_id = $1', [flowRunId])).toEqual([{ number: 4 }]);
    const events = await t.engine.streams.follow(`flowRunLogs:${flowRunId}`);
    expect((await events.next()).value).toMatchObject({ position: 4, skipped: 3 });
    await events.return?.();
    await expect(deleteFlowRunLogs(t.engine, viewer, { flowRunId: newId() })).rejects.toMatchObject(gone);
  });
});

test('a stream of a run ends when the run is deleted', async () => {
  const { id: flowRunId } = await run();
  const { id: taskRunId } = await task(flowRunId);
  const followed = await Promise.all([
    t.engine.streams.follow(`flowRunStates:${flowRunId}`),
    t.engine.streams.follow(`flowRunLogs:${flowRunId}`),
    t.engine.streams.follow(`flowRunTaskRunStates:${flowRunId}`, { fromNow: true }),
    t.engine.streams.follow(`taskRunStates:${taskRunId}`),
  ]);
  const all = followed.map(async (events) => {
    let seen = 0;
    for await (const _ of events) seen += 1;
    return seen;
  });
  await deleteFlowRun(t.engine, viewer, { flowRunId });
  expect(await Promise.all(all)).toHaveLength(4);
});

describe('a task run', () => {
  test.each([
    ['to another name', 'fresh', /^fresh$/],
    ['to two words if the new name is empty', '', /^[a-z]+-[a-z]+$/],
    ['to two words if the new name is null', null, /^[a-z]+-[a-z]+$/],
  ])('a task run is renamed %s', async (_, name, expected) => {
    const { id: taskRunId } = await task(null);
    expect((await renameTaskRun(t.engine, viewer, { taskRunId, name })).taskRun.name).toMatch(expected);
  });

  test('a task run keeps its name if the new one is rejected', async () => {
    const { id: taskRunId, name } = await task(null);
    await expect(renameTaskRun(t.engine, viewer, { taskRunId, name: 'n'.repeat(256) })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    expect(await rows('select name from task_run where id = $1', [taskRunId])).toEqual([{ name }]);
    await expect(renameTaskRun(t.engine, viewer, { taskRunId: newId(), name: 'x' })).rejects.toMatchObject(gone);
  });

  test('deleting a task run deletes its states and log lines but not its flow run', async () => {
    const { id: flowRunId } = await run();
    const [doomed, other, lonely] = [await task(flowRunId), await task(flowRunId), await task(null)];
    const child = await run({ parentTaskRunId: doomed.id });
    await lines({ taskRunId: doomed.id }, 2);
    await lines({ taskRunId: other.id }, 1);
    await lines({ flowRunId }, 1);
    await lines({ taskRunId: lonely.id }, 1);
    for (const { id: taskRunId } of [doomed, lonely]) await deleteTaskRun(t.engine, viewer, { taskRunId });
    await expect(deleteTaskRun(t.engine, viewer, { taskRunId: doomed.id })).rejects.toMatchObject(gone);
    const ids = [[doomed.id, lonely.id]];
    expect(await rows('select 1 from task_run_state where task_run_id = any($1::uuid[])', ids)).toEqual([]);
    expect(await rows('select 1 from log where task_run_id = any($1::uuid[])', ids)).toEqual([]);
    expect(await rows('select 1 from run_counter where run_id = any($1::uuid[])', ids)).toEqual([]);
    expect(await rows('select number from log where run_id = $1 order by number', [flowRunId])).toEqual([
      { number: 3 },
      { number: 4 },
    ]);
    expect(await rows('select parent_task_run_id from flow_run where id = $1', [child.id])).toEqual([
      { parent_task_run_id: null },
    ]);
  });
});

describe('job variables', () => {
  const SCHEDULED = { type: 'SCHEDULED' } as const;
  const schema = { type: 'object', properties: { memory: { type: 'integer' } }, required: ['image'] };
  let deploymentId: string;
  async function deployed(): Promise<string> {
    const id = newId();
    const values = [id, viewer.tenantId, flowId, id];
    await rows('insert into deployment (id, tenant_id, flow_id, name) values ($1, $2, $3, $4)', values);
    return id;
  }
  beforeAll(async () => {
    deploymentId = await deployed();
    const [pool, queue] = [newId(), newId()];
    const template = JSON.stringify({ variables: schema });
    await rows('insert into work_pool (id, tenant_id, name, type, base_job_template) values ($1, $2, $3, $4, $5)', [
      pool,
      viewer.tenantId,
      'pool',
      'process',
      template,
    ]);
    await rows('insert into work_queue (id, tenant_id, work_pool_id, name) values ($1, $2, $3, $4)', [
      queue,
      viewer.tenantId,
      pool,
      'default',
    ]);
    await rows('update deployment set work_queue_id = $2, job_variables = $3 where id = $1', [
      deploymentId,
      queue,
      JSON.stringify({ image: 'python' }),
    ]);
  });
  const update = async (more: Partial<CreateFlowRun>, jobVariables: { memory: unknown }) => {
    const { id: flowRunId } = await run(more);
    return updateFlowRun(t.engine, viewer, { flowRunId, jobVariables: jobVariables as never });
  };

  test('job variables that fit the schema of the work pool are set', async () => {
    const { flowRun } = await update({ state: SCHEDULED, deploymentId }, { memory: 4 });
    expect(flowRun.jobVariables).toEqual({ memory: 4 });
  });

  test('job variables that do not fit the schema of the work pool are rejected with its reasons', async () => {
    await expect(update({ state: SCHEDULED, deploymentId }, { memory: 'much' })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message:
        "Error updating flow run: Validation failed for field 'memory'. Failure reason: 'much' is not valid under any of the given schemas",
    });
  });

  test('job variables cannot be set after the deployment was deleted', async () => {
    const id = await deployed();
    const { id: flowRunId } = await run({ state: SCHEDULED, deploymentId: id });
    await rows('delete from deployment where id = $1', [id]);
    await expect(updateFlowRun(t.engine, viewer, { flowRunId, jobVariables: {} })).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: 'A deployment for the flow run could not be found',
    });
  });
});
