import { afterAll, beforeAll, expect, test } from 'vitest';
import { statementsOf } from '../support/statementsOf.ts';
import { openRunWorld, type RunWorld } from './runWorld.ts';

let world: RunWorld;
beforeAll(async () => {
  world = await openRunWorld();
});
afterAll(() => world.close());

const PENDING = { type: 'Pending', message: 'Task run created' };

async function running() {
  const { id, tasks } = await world.register();
  const flowRunId = await world.start(id);
  await world.setFlowRun(flowRunId, { type: 'Running' });
  return { flowRunId, taskId: tasks[0] ?? '' };
}

test('a mapped task run and each of its states cost one statement once its task is known', async () => {
  const { flowRunId, taskId } = await running();
  const first = await statementsOf(world.test.database, () => world.child(flowRunId, taskId, 0));
  expect(first).toEqual(['taskRuns.ofTask', 'taskRuns.createOne']);
  let child = '';
  const second = await statementsOf(world.test.database, async () => {
    child = await world.child(flowRunId, taskId, 1);
    await world.setTaskRun(child, { type: 'Running' });
    await world.setTaskRun(child, { type: 'Success' });
  });
  expect(second).toEqual(['taskRuns.createOne', 'taskRuns.moveOne', 'taskRuns.moveOne']);
  expect(await world.taskRun(child)).toMatchObject({ version: 3, prefect1_state: 'Success', map_index: 1 });
});

test('requesting a mapped task run again returns the same one', async () => {
  const { flowRunId, taskId } = await running();
  const children = [0, 1, 1, 0, 2].map((index) => () => world.child(flowRunId, taskId, index));
  const ids: string[] = [];
  for (const child of children) ids.push(await child());
  expect(ids).toEqual([ids[0], ids[1], ids[1], ids[0], ids[4]]);
  expect(new Set(ids).size).toBe(3);
  expect((await Promise.all(ids.map(world.taskRun))).map(({ version }) => version)).toEqual([1, 1, 1, 1, 1]);
});

test('a mapped task run gets the labels of a flow run that changed since its task was read', async () => {
  const { flowRunId, taskId } = await running();
  await world.child(flowRunId, taskId, 0);
  await world.rows('update flow_run set heartbeat = now(), labels = $2 where id = $1', [flowRunId, '{"new":"label"}']);
  const child = await world.child(flowRunId, taskId, 1);
  expect(await world.taskRun(child)).toMatchObject({ labels: { new: 'label' }, prefect1_state: PENDING.type });
});

test('a mapped task run cannot run after its flow run was stopped', async () => {
  const { flowRunId, taskId } = await running();
  const child = await world.child(flowRunId, taskId, 0);
  await world.setFlowRun(flowRunId, { type: 'Success' });
  await expect(world.setTaskRun(child, { type: 'Running' })).rejects.toThrow('is not in a running state');
  expect(await world.taskRun(child)).toMatchObject({ version: 1, prefect1_state: 'Pending' });
});

test('a mapped task run cannot be created after its flow run was deleted', async () => {
  const { flowRunId, taskId } = await running();
  await world.child(flowRunId, taskId, 0);
  await world.rows('delete from flow_run where id = $1', [flowRunId]);
  await expect(world.child(flowRunId, taskId, 1)).rejects.toMatchObject({ code: 'REFERENCE_NOT_FOUND' });
});
