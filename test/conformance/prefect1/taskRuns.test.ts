import { expect, test } from 'vitest';
import { expectInstant, nobody, UUID, unique } from './support/expectations.ts';
import { document, expectError, mutate, post, query, refused, succeeds } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import { basicFlow, child, readRun, readTaskRun, setFlowRun, setTaskRun, startRun } from './support/world.ts';

servePrefect1();

async function started() {
  const flow = await basicFlow();
  const run = await startRun(flow.id);
  const { taskRun, task_runs } = await readRun(run);
  return { run, task: flow.taskId('t1'), t1: taskRun('t1').id, taskRunIds: task_runs.map(({ id }) => id) };
}

test('a task run is created once per map index', async () => {
  const { run, task, t1 } = await started();
  expect(await child(run, task, -1)).toBe(t1);
  expect((await mutate('get_or_create_task_run', { flow_run_id: run, task_id: task })).id).toBe(t1);
  const third = await child(run, task, 3);
  expect(third).toMatch(UUID);
  expect(third).not.toBe(t1);
  const again = await Promise.all(Array.from({ length: 5 }, () => child(run, task, 3)));
  expect(new Set(again)).toEqual(new Set([third]));
  expect(await readTaskRun(third)).toMatchObject({ flow_run_id: run, task_id: task, map_index: 3 });
  expect((await readRun(run)).task_runs).toHaveLength(4);
});

test('a task run needs a known flow run and task', async () => {
  const { run, task } = await started();
  const input = { flow_run_id: run, task_id: task, map_index: 0 };
  await refused('get_or_create_task_run', { ...input, flow_run_id: nobody() }, 'Invalid ID');
  await refused('get_or_create_task_run', { ...input, task_id: nobody() }, 'Invalid ID');
  await refused('get_or_create_task_run_info', { ...input, task_id: nobody() }, 'Invalid task ID');
  await refused('get_or_create_task_run_info', { ...input, flow_run_id: nobody() }, 'Foreign key violation.');
});

test('a new task run is returned with its state', async () => {
  const { run, task } = await started();
  const input = { flow_run_id: run, task_id: task, map_index: 7 };
  const info = await mutate('get_or_create_task_run_info', input);
  expect(info).toMatchObject({ state: 'Pending', serialized_state: { type: 'Pending' } });
  expect([0, 1], 'the old server said 0, and stored 1').toContain(info.version);
  const row = await readTaskRun(info.id);
  expect(row).toMatchObject({ flow_run_id: run, task_id: task, map_index: 7, state: 'Pending', version: 1 });
  expect(row.states).toMatchObject([{ version: 1, state: 'Pending' }]);
});

test('an existing task run is returned with its current state', async () => {
  const { run, task, t1 } = await started();
  await setFlowRun(run, 'Running');
  await setTaskRun(t1, 'Running');
  const input = { flow_run_id: run, task_id: task, map_index: null };
  expect(await mutate('get_or_create_task_run_info', input)).toMatchObject({
    id: t1,
    version: 2,
    state: 'Running',
    serialized_state: { type: 'Running' },
  });
});

const INFO = document<{ get_task_run_info: object }>(
  'query($id: UUID!) { get_task_run_info(task_run_id: $id) { id version state serialized_state } }',
);

test('a task run can be read with its state', async () => {
  const { t1 } = await started();
  await setTaskRun(t1, 'Success');
  expect((await query(INFO, { id: t1 })).get_task_run_info).toMatchObject({
    id: t1,
    version: 2,
    state: 'Success',
    serialized_state: { type: 'Success' },
  });
  expectError(await post(INFO, { id: nobody() }), 'Invalid task run ID');
});

const CHILDREN = document<{
  mapped_children: { min_start_time: string; max_end_time: string; state_counts: Record<string, number> };
}>('query($id: UUID!) { mapped_children(task_run_id: $id) { min_start_time max_end_time state_counts } }');

test('mapped_children counts the states of mapped task runs', async () => {
  const { run, task, t1 } = await started();
  await setFlowRun(run, 'Running');
  const types = ['Success', 'Success', 'Success', 'Failed', 'Failed', 'Retrying', 'Running', 'Running', 'Running'];
  const ids: string[] = [];
  for (const [index, type] of [...types, 'Pending'].entries()) {
    const id = await child(run, task, index);
    ids.push(id);
    if (index < 5) await setTaskRun(id, 'Running');
    if (type !== 'Pending') await setTaskRun(id, type);
  }
  const rows = await Promise.all(ids.map(readTaskRun));
  const times = (column: 'start_time' | 'end_time') =>
    rows.flatMap((row) => row[column] ?? []).sort((a, b) => Date.parse(a) - Date.parse(b));
  expect([times('start_time').length, times('end_time').length]).toEqual([8, 5]);
  const { min_start_time, max_end_time, state_counts } = (await query(CHILDREN, { id: t1 })).mapped_children;
  expect(state_counts).toEqual({ Success: 3, Failed: 2, Retrying: 1, Running: 3, Pending: 1 });
  expectInstant(min_start_time, times('start_time')[0] ?? '');
  expectInstant(max_end_time, times('end_time').at(-1) ?? '');
  const none = { min_start_time: null, max_end_time: null, state_counts: {} };
  for (const id of [ids[0], nobody()]) expect((await query(CHILDREN, { id })).mapped_children).toEqual(none);
});

test('a run can be renamed but not to an empty name', async () => {
  const { run, t1 } = await started();
  const named = [
    { mutation: 'set_flow_run_name', key: 'flow_run_id', id: run, read: async () => (await readRun(run)).name },
    { mutation: 'set_task_run_name', key: 'task_run_id', id: t1, read: async () => (await readTaskRun(t1)).name },
  ] as const;
  for (const { mutation, key, id, read } of named) {
    const name = unique('renamed');
    await succeeds(mutation, { [key]: id, name });
    expect(await read(), mutation).toBe(name);
    await refused(mutation, { [key]: id, name: '' }, 'Invalid name');
    expect(await read(), mutation).toBe(name);
    await succeeds(mutation, { [key]: nobody(), name: 'x' }, false);
  }
});

test('the labels of a flow run can be replaced and are sorted', async () => {
  const { run } = await started();
  await succeeds('set_flow_run_labels', { flow_run_id: run, labels: ['b', 'a'] });
  expect((await readRun(run)).labels).toEqual(['a', 'b']);
  await succeeds('set_flow_run_labels', { flow_run_id: nobody(), labels: [] }, false);
});

const REMAINS = document<Record<string, object[] | object | null>>(`query($run: uuid!, $task_runs: [uuid!]) {
  flow_run_by_pk(id: $run) { id }
  flow_run_state(where: { flow_run_id: { _eq: $run } }) { id }
  task_run(where: { flow_run_id: { _eq: $run } }) { id }
  task_run_state(where: { task_run_id: { _in: $task_runs } }) { id }
  log(where: { flow_run_id: { _eq: $run } }) { id }
}`);

test('deleting a flow run deletes its task runs, states and logs', async () => {
  const { run, t1, taskRunIds: task_runs } = await started();
  const logs = [
    { flow_run_id: run, message: 'a' },
    { flow_run_id: run, task_run_id: t1, message: 'b' },
  ];
  await mutate('write_run_logs', { logs });
  const counts = async () =>
    Object.values(await query(REMAINS, { run, task_runs })).map((rows) =>
      Array.isArray(rows) ? rows.length : Number(rows !== null),
    );
  expect(await counts()).toEqual([1, 1, 3, 3, 2]);
  await succeeds('delete_flow_run', { flow_run_id: run });
  expect(await counts()).toEqual([0, 0, 0, 0, 0]);
  await succeeds('delete_flow_run', { flow_run_id: run }, false);
});
