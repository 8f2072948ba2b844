import { expect, test } from 'vitest';
import { expectInstant, expectRecent, inSeconds, nobody, unique } from './support/expectations.ts';
import { document, mutate, query, refused } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import { basicTasks, parameter, task, universal } from './support/serializedFlows.ts';
import {
  basicFlow,
  createFlow,
  emptyFlow,
  newProject,
  readFlow,
  readRun,
  setFlowRun,
  startRun,
} from './support/world.ts';

servePrefect1();

const RUNS = document<{ flow_run: { id: string }[] }>(
  'query($flow: uuid!) { flow_run(where: { flow_id: { _eq: $flow } }) { id } }',
);

test('a new flow run is scheduled for now and has a name', async () => {
  const flow = await emptyFlow();
  const run = await readRun(await startRun(flow.id));
  expect(run).toMatchObject({
    flow_id: flow.id,
    tenant_id: flow.tenant_id,
    state: 'Scheduled',
    version: 1,
    state_message: 'Flow run scheduled.',
    auto_scheduled: false,
    times_resurrected: 0,
    context: {},
  });
  expect(run.name).toMatch(/^[a-z]+-[a-z]+$/);
  expectRecent(run.scheduled_start_time, 'scheduled start');
  expectInstant(run.state_start_time, run.scheduled_start_time, 'start of the state');
});

test('a new flow run has a pending task run for every task', async () => {
  const [, ...rest] = basicTasks();
  const flow = await basicFlow({ tasks: [task('t1', { cache_key: 'the-key' }), ...rest] });
  const { task_runs } = await readRun(await startRun(flow.id));
  expect(
    task_runs.map((row) => [row.task.slug, row.map_index, row.state, row.version, row.state_message, row.cache_key]),
  ).toEqual([
    ['t1', -1, 'Pending', 1, 'Task run created', 'the-key'],
    ['t2', -1, 'Pending', 1, 'Task run created', null],
    ['x', -1, 'Pending', 1, 'Task run created', null],
  ]);
});

test('the history of a new flow run begins with its scheduled state', async () => {
  const start = inSeconds(3600);
  const { states } = await readRun(await startRun((await emptyFlow()).id, { scheduled_start_time: start }));
  expect(states).toMatchObject([
    {
      version: 1,
      state: 'Scheduled',
      message: 'Flow run scheduled.',
      serialized_state: { type: 'Scheduled', message: 'Flow run scheduled.' },
    },
  ]);
  expectInstant(states[0]?.start_time ?? '', start);
});

test('a flow run needs a flow or a version group', async () => {
  await refused('create_flow_run', { parameters: {} }, 'A flow id or version group ID must be provided.');
  const group = unique('group');
  await refused('create_flow_run', { version_group_id: group }, `Version group ${group} has no unarchived flows.`);
});

test('an archived or unknown flow cannot be run', async () => {
  const id = await createFlow();
  await mutate('archive_flow', { flow_id: id });
  await refused('create_flow_run', { flow_id: id }, `Flow ${id} is archived.`);
  const unknown = nobody();
  await refused('create_flow_run', { flow_id: unknown }, `Flow ${unknown} not found`);
  expect((await query(RUNS, { flow: id })).flow_run).toEqual([]);
});

test('parameters come from the flow, then its group, then the request', async () => {
  const parameters = ['a', 'b', 'c'].map((name) => parameter(name, { default: 1 }));
  const flow = await readFlow(
    await createFlow({ flow: { parameters: [...parameters, parameter('d', { default: 0 })] } }),
  );
  const { flow_group_id } = flow;
  await mutate('set_flow_group_default_parameters', { flow_group_id, parameters: { b: 2, c: 2 } });
  const run = await readRun(await startRun(flow.id, { parameters: { c: 3, extra: [1] } }));
  expect(run.parameters, 'a default that is false in Python is left to the client').toEqual({
    a: 1,
    b: 2,
    c: 3,
    extra: [1],
  });
});

test('a flow run without a required parameter is rejected', async () => {
  const required = parameter('x', { required: true, default: null });
  const id = await createFlow({ flow: { parameters: [required] } });
  await refused('create_flow_run', { flow_id: id }, "Required parameters were not supplied: {'x'}");
  expect((await readRun(await startRun(id, { parameters: { x: null } }))).parameters).toEqual({ x: null });
});

test('the labels of a flow run are stored in alphabetical order', async () => {
  const id = await createFlow({ flow: { run_config: universal(['flow']) } });
  expect((await readRun(await startRun(id, { labels: ['c', 'a', 'b'] }))).labels).toEqual(['a', 'b', 'c']);
});

test('labels and run config come from the request, then the group, then the flow', async () => {
  const flow = await readFlow(await createFlow({ flow: { run_config: universal(['flow']) } }));
  const made = async (input = {}) => {
    const { labels, run_config } = await readRun(await startRun(flow.id, input));
    return [labels, run_config];
  };
  const { flow_group_id } = flow;
  expect(await made()).toEqual([['flow'], universal(['flow'])]);
  await mutate('set_flow_group_run_config', { flow_group_id, run_config: universal(['group config']) });
  expect(await made()).toEqual([['group config'], universal(['group config'])]);
  await mutate('set_flow_group_labels', { flow_group_id, labels: ['group'] });
  expect(await made()).toEqual([['group'], universal(['group config'])]);
  const run_config = universal(['call config']);
  expect(await made({ run_config })).toEqual([['call config'], run_config]);
  expect(await made({ run_config, labels: ['call'] })).toEqual([['call'], run_config]);
});

test('an empty list of labels of a group overrides the labels of the flow', async () => {
  const flow = await readFlow(await createFlow({ flow: { run_config: universal(['flow']) } }));
  await mutate('set_flow_group_labels', { flow_group_id: flow.flow_group_id, labels: [] });
  expect((await readRun(await startRun(flow.id))).labels).toEqual([]);
});

test('a flow run keeps the given context and name', async () => {
  const [context, flow_run_name] = [{ a: 1, nested: { b: [true, null, 'ü'] } }, unique('run')];
  const run = await readRun(await startRun((await emptyFlow()).id, { context, flow_run_name }));
  expect(run).toMatchObject({ context, name: flow_run_name });
});

test('the same idempotency key for the same version returns the same run', async () => {
  const [project, name, idempotency_key] = [await newProject(), unique('flow'), unique('key')];
  const flow = await readFlow(await createFlow({ project, flow: { name } }));
  const first = await startRun(flow.id, { idempotency_key });
  await setFlowRun(first, 'Success');
  expect(await startRun(flow.id, { idempotency_key, parameters: { a: 1 } })).toBe(first);
  expect(await readRun(first)).toMatchObject({ state: 'Success', version: 2, parameters: {}, idempotency_key });
  expect(await startRun(await createFlow({ project }), { idempotency_key }), 'another flow').not.toBe(first);
  const { version_group_id } = flow;
  const ofGroup = async () => (await mutate('create_flow_run', { version_group_id, idempotency_key })).id;
  expect([await ofGroup(), await ofGroup()]).toEqual([first, first]);
  const next = await createFlow({ project, flow: { name } });
  const second = await ofGroup();
  expect(second).not.toBe(first);
  expect((await readRun(second)).flow_id).toBe(next);
});
