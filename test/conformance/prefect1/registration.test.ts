import { expect, test } from 'vitest';
import { inAnyOrder, nobody, UUID, unique } from './support/expectations.ts';
import { document, mutate, query, refused, succeeds } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import {
  basicTasks,
  compress,
  cron,
  edge,
  interval,
  type Part,
  parameter,
  schedule,
  serialized,
  task,
} from './support/serializedFlows.ts';
import { createFlow, newProject, readFlow } from './support/world.ts';

servePrefect1();

const FLOWS = document<{ flow: { id: string }[] }>(
  'query($project: uuid!) { flow(where: { project_id: { _eq: $project } }) { id name } }',
);
const flowsOf = async (project: string) => (await query(FLOWS, { project })).flow;
const whole = () => serialized({ tasks: basicTasks(), edges: [edge('t1', 't2')], parameters: [parameter('x')] });

async function expectRegistered(flow: ReturnType<typeof whole>, id: string): Promise<void> {
  expect(id).toMatch(UUID);
  const { name, run_config, storage } = flow;
  const row = await readFlow(id);
  expect(row).toMatchObject({ id, name, version: 1, archived: false, core_version: '1.4.1', run_config, storage });
  expect(row.serialized_flow).toEqual(flow);
  expect(row.tasks.map(({ slug }) => slug)).toEqual(['t1', 't2', 'x']);
  expect(row.edges.map((one) => [one.upstream_task.slug, one.downstream_task.slug])).toEqual([['t1', 't2']]);
}

test('a flow can be registered as JSON or compressed', async () => {
  const project_id = await newProject();
  const [plain, compressed] = [whole(), whole()];
  await expectRegistered(plain, (await mutate('create_flow', { project_id, serialized_flow: plain })).id);
  const input = { project_id, serialized_flow: compress(compressed) };
  await expectRegistered(compressed, (await mutate('create_flow_from_compressed_string', input)).id);
});

test('data that is not a compressed flow is rejected', async () => {
  const project_id = await newProject();
  const input = { project_id, serialized_flow: 'bm90IGEgZmxvdw==' };
  await refused('create_flow_from_compressed_string', input, 'Unable to decompress serialized flow');
  await refused('create_flow', { project_id: nobody(), serialized_flow: whole() }, 'Invalid project.');
  expect(await flowsOf(project_id)).toEqual([]);
});

test('a flow of an outdated Prefect is rejected', async () => {
  const project_id = await newProject();
  const built = (__version__: string) => ({ project_id, serialized_flow: serialized({ __version__ }) });
  await refused(
    'create_flow',
    built('0.6.0'),
    /Prefect backends require new flows to be built with Prefect 0\.6\.1\+, but this flow was built with Prefect 0\.6\.0\./,
  );
  expect(await flowsOf(project_id)).toEqual([]);
  const { id } = await mutate('create_flow', built('0.6.1'));
  expect(await readFlow(id)).toMatchObject({ core_version: '0.6.1', version: 1 });
});

test.each([
  [2, { tasks: [task('a'), task('b')], edges: [] }],
  [0, { tasks: [], edges: [] }],
  [0, {}],
])('a flow may have no edges and %i tasks', async (count, parts) => {
  const { tasks, edges, version } = await readFlow(await createFlow({ flow: parts }));
  expect([tasks.length, edges.length, version]).toEqual([count, 0, 1]);
});

test('the fields of tasks are stored', async () => {
  const trigger = { fn: 'prefect.triggers.any_failed', kwargs: {} };
  const more = { max_retries: 3, retry_delay: 90, cache_key: 'k', auto_generated: true };
  const tasks = [
    task('one-1', { name: 'one', tags: ['b', 'a'], trigger, ...more }),
    task('two-1', { name: 'two', type: 'prefect.core.parameter.Parameter' }),
  ];
  const [one, two] = (await readFlow(await createFlow({ flow: { tasks, edges: [] } }))).tasks;
  const type = 'prefect.tasks.core.function.FunctionTask';
  expect(one).toMatchObject({
    ...more,
    slug: 'one-1',
    name: 'one',
    type,
    retry_delay: '00:01:30',
    trigger: trigger.fn,
  });
  expect(inAnyOrder(one?.tags as string[])).toEqual(inAnyOrder(['a', 'b'])); // The cast: a JSON column.
  expect(two).toMatchObject({
    slug: 'two-1',
    name: 'two',
    type: 'prefect.core.parameter.Parameter',
    tags: [],
    max_retries: 0,
    retry_delay: null,
    trigger: 'prefect.triggers.all_successful',
    cache_key: null,
    auto_generated: false,
  });
});

test('edges find their tasks by slug and are stored once', async () => {
  const id = await createFlow();
  await mutate('register_tasks', { flow_id: id, serialized_tasks: basicTasks() });
  const edges = [edge('t1', 't2', { key: 'value', mapped: true }), edge('x', 't2')];
  for (const _turn of [1, 2]) {
    await succeeds('register_edges', { flow_id: id, serialized_edges: edges });
    const flow = await readFlow(id);
    const idOf = (slug: string) => flow.tasks.find((one) => one.slug === slug)?.id;
    expect(
      inAnyOrder(flow.edges.map((one) => [one.upstream_task.id, one.downstream_task.id, one.key, one.mapped])),
    ).toEqual(
      inAnyOrder([
        [idOf('t1'), idOf('t2'), 'value', true],
        [idOf('x'), idOf('t2'), null, false],
      ]),
    );
  }
});

test('an edge to an unknown task is rejected', async () => {
  const id = await createFlow();
  await mutate('register_tasks', { flow_id: id, serialized_tasks: basicTasks() });
  await refused(
    'register_edges',
    { flow_id: id, serialized_edges: [edge('t1', 'unknown')] },
    'Edges could not be registered - some edges reference tasks that do not exist within this flow.',
  );
  await refused('register_tasks', { flow_id: nobody(), serialized_tasks: basicTasks() }, 'Foreign key violation.');
});

const COUNT = document<{
  flow_by_pk: { serialized_flow: { tasks: Part[] }; tasks_aggregate: { aggregate: { count: number } } };
}>('query($id: uuid!) { flow_by_pk(id: $id) { serialized_flow tasks_aggregate { aggregate { count } } } }');

test('tasks can be registered in repeated batches and are in the serialized flow', async () => {
  const id = await createFlow();
  const tasks = Array.from({ length: 1000 }, (_, index) => task(`task-${index}`));
  for (const from of [0, 500, 500])
    await succeeds('register_tasks', { flow_id: id, serialized_tasks: tasks.slice(from, from + 500) });
  const { serialized_flow, tasks_aggregate } = (await query(COUNT, { id })).flow_by_pk;
  expect(tasks_aggregate.aggregate.count).toBe(1000);
  const slugs = serialized_flow.tasks.map(({ slug }) => slug);
  expect(inAnyOrder(slugs)).toEqual(inAnyOrder(tasks.map(({ slug }) => slug)));
});

test('a flow has the description of its registration', async () => {
  const description = unique('what it does');
  expect(await readFlow(await createFlow({ description }))).toMatchObject({ description });
});

test('the schedule of a flow is stored unchanged', async () => {
  const both = schedule(cron('0 9 * * *', { start: '2030-01-01T00:00:00', tz: 'America/New_York' }), interval(3600));
  const id = await createFlow({ flow: { schedule: both }, set_schedule_active: false });
  expect(await readFlow(id)).toMatchObject({ schedule: both, is_schedule_active: false });
});
