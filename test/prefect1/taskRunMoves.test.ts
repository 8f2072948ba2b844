import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTaskRunArtifact } from '../../src/actions/prefect1Runs/createTaskRunArtifact.ts';
import { deletePrefect1FlowRun } from '../../src/actions/prefect1Runs/deletePrefect1FlowRun.ts';
import { getOrCreateTaskRun } from '../../src/actions/prefect1Runs/getOrCreateTaskRun.ts';
import { setTaskRunState } from '../../src/actions/taskRuns/setTaskRunState.ts';
import { labelFlowRun, nameFlowRun, nameTaskRun, noteHeartbeat } from '../../src/store/prefect1Runs/prefect1Runs.ts';
import { deleteArtifact, updateArtifact } from '../../src/store/prefect1Runs/taskRunArtifacts.ts';
import { viewer } from '../support/engine.ts';
import { insertTenant } from '../support/rows.ts';
import { openRunWorld, type RunWorld } from './runWorld.ts';

let t: RunWorld;
beforeAll(async () => {
  t = await openRunWorld();
});
afterAll(() => t.close());

async function started() {
  const flow = await t.register({}, {}, [{ slug: 'a-1', cacheKey: 'k' }]);
  const flowRunId = await t.start(flow.id);
  await t.setFlowRun(flowRunId, { type: 'Running' });
  const taskId = flow.tasks[0] ?? '';
  return { flowRunId, taskId, id: await t.child(flowRunId, taskId) };
}

describe('task runs of a registered task', () => {
  test('a Prefect 1 task run is found by its map index or created once by parallel requests', async () => {
    const { flowRunId, taskId, id } = await started();
    expect(await t.child(flowRunId, taskId, -1)).toBe(id);
    const asked = { flowRunId, taskId, mapIndex: 3 };
    const made = await Promise.all(Array.from({ length: 7 }, () => getOrCreateTaskRun(t.engine, viewer, asked)));
    for (const info of made) expect(info).toEqual(made[0]);
    expect(made[0]).toMatchObject({ version: 1, state: 'Pending', serializedState: { type: 'Pending' } });
    expect(await t.taskRun(made[0]?.id ?? '')).toMatchObject({
      ...{ task_id: taskId, map_index: 3, task_key: 'a-1', dynamic_key: '3', name: 'a-1-3', cache_key: 'k' },
      ...{ version: 1, state_type: 'PENDING', state_message: 'Task run created' },
    });
  });

  test('a Prefect 1 task run needs a known flow run and task', async () => {
    const { flowRunId, taskId } = await started();
    const ask = (input: { flowRunId: string; taskId: string }) => getOrCreateTaskRun(t.engine, viewer, input);
    await expect(ask({ flowRunId, taskId: v7() })).rejects.toThrow('Invalid task ID');
    await expect(ask({ flowRunId: v7(), taskId })).rejects.toThrow('Foreign key violation.');
  });

  test('a Prefect 1 task run runs only while its flow run runs but may end at any time', async () => {
    const { flowRunId, id } = await started();
    await t.setTaskRun(id, { type: 'Running' });
    const run = await t.taskRun(id);
    expect(run).toMatchObject({ prefect1_state: 'Running', version: 2, run_count: 1 });
    expect([run.heartbeat, run.start_time]).not.toContain(null);
    await t.setFlowRun(flowRunId, { type: 'Cancelling' });
    await t.setTaskRun(id, { type: 'Looped', loop_count: 2 });
    await expect(t.setTaskRun(id, { type: 'Running' })).rejects.toThrow(
      `State update failed for task run ID ${id}: provided a running state but associated flow run ${flowRunId} is not in a running state.`,
    );
    expect(await t.taskRun(id)).toMatchObject({ prefect1_state: 'Looped', state_type: 'COMPLETED', version: 3 });
    const unknown = v7();
    await expect(t.setTaskRun(unknown, { type: 'Success' })).rejects.toThrow(
      `State update failed for task run ID ${unknown}`,
    );
  });

  test('a Prefect 1 task run keeps its cached inputs, and a failure repeated after a retry is a new state', async () => {
    const { id } = await started();
    const inputs = { y: { type: 'PrefectResult', location: '5' } };
    const states = [
      { type: 'Running', cached_inputs: inputs },
      { type: 'Failed', message: 'no' },
      { type: 'Failed', message: 'no' },
      { type: 'Retrying', run_count: 2 },
      { type: 'Retrying', run_count: 2 },
      { type: 'Running' },
      { type: 'Failed', message: 'no' },
    ];
    for (const state of states) await t.setTaskRun(id, state);
    expect(await t.taskRun(id)).toMatchObject({ version: 6, serialized_state: { cached_inputs: inputs } });
  });

  test.each([
    ['Success', true],
    ['Failed', true],
    ['TriggerFailed', false],
    ['Skipped', false],
    ['Mapped', false],
    ['Cached', true],
  ])('a Prefect 1 task run in the state %s has an end time: %s', async (type, ended) => {
    const { id } = await started();
    await t.setTaskRun(id, { type });
    expect((await t.taskRun(id)).end_time !== null).toBe(ended);
  });

  test('a natively moved task run can be loaded by Prefect 1', async () => {
    const { id } = await started();
    await setTaskRunState(t.engine, viewer, {
      taskRunId: id,
      state: { type: 'CRASHED', message: 'gone' },
      force: true,
    });
    expect(await t.taskRun(id)).toMatchObject({
      prefect1_state: 'Failed',
      serialized_state: { type: 'Failed', message: 'gone', _result: { type: 'NoResultType' } },
    });
  });
});

describe('names, labels, heartbeats and artifacts of runs', () => {
  test('names, labels and heartbeats of runs can be set, except of unknown ones', async () => {
    const { database } = t.test;
    const { flowRunId, id } = await started();
    const { tenantId } = viewer;
    expect(await nameFlowRun(database, tenantId, flowRunId, 'new')).toBe(true);
    expect(await nameTaskRun(database, null, id, 'new')).toBe(true);
    expect(await labelFlowRun(database, tenantId, flowRunId, ['a', 'b'])).toBe(true);
    expect(await nameFlowRun(database, await insertTenant(database), flowRunId, 'theirs')).toBe(false);
    expect(await nameTaskRun(database, tenantId, v7(), 'x')).toBe(false);
    const { heartbeat } = await t.flowRun(flowRunId);
    await noteHeartbeat(database, 'flowRun', tenantId, flowRunId);
    await noteHeartbeat(database, 'taskRun', tenantId, v7());
    const after = await t.flowRun(flowRunId);
    expect(after).toMatchObject({ name: 'new', tags: ['a', 'b'] });
    expect(after.heartbeat).not.toBe(heartbeat);
  });

  test('artifacts can be created, replaced and deleted, up to a megabyte', async () => {
    const { database } = t.test;
    const { id } = await started();
    const make = (taskRunId: string, markdown: string) =>
      createTaskRunArtifact(t.engine, viewer, { taskRunId, kind: 'markdown', data: { markdown }, tenantId: null });
    await expect(make(id, 'm'.repeat(1_010_000))).rejects.toThrow('Artifact data payload exceeds 1000000 bytes limit.');
    const unknown = v7();
    await expect(make(unknown, 'm')).rejects.toThrow(`Task run ${unknown} not found`);
    await expect(make(id, 'm\0')).rejects.toThrow('`data.markdown` contains a NUL character');
    const artifact = await make(id, 'm');
    expect(await t.rows('select data, tenant_id from task_run_artifact where id = $1', [artifact.id])).toEqual([
      { data: { markdown: 'm' }, tenant_id: viewer.tenantId },
    ]);
    expect(await updateArtifact(database, viewer.tenantId, artifact.id, { markdown: 'new' })).toBe(true);
    for (const there of [true, false]) expect(await deleteArtifact(database, null, artifact.id)).toBe(there);
    expect(await updateArtifact(database, null, artifact.id, {})).toBe(false);
  });

  test('deleting a Prefect 1 flow run leaves nothing behind', async () => {
    const { flowRunId, id } = await started();
    await createTaskRunArtifact(t.engine, viewer, { taskRunId: id, kind: 'link', data: {}, tenantId: null });
    const left = () =>
      t.rows(
        `select (select count(*) from flow_run_state where flow_run_id = $1) + (select count(*) from task_run where flow_run_id = $1)
           + (select count(*) from run_counter where run_id = $1) + (select count(*) from task_run_artifact where task_run_id = $2) as left`,
        [flowRunId, id],
      );
    expect(await left()).toEqual([{ left: 5 }]);
    for (const there of [true, false]) expect(await deletePrefect1FlowRun(t.engine, viewer, flowRunId)).toBe(there);
    expect(await left()).toEqual([{ left: 0 }]);
  });
});
