import { gzipSync } from 'node:zlib';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/values/jsonObject.ts';
import {
  compressed,
  edge,
  type RegistrationWorld,
  recordedFlow,
  registrationWorld,
  serialized,
  task,
} from './registrationWorld.ts';

let world: RegistrationWorld;
beforeAll(async () => {
  world = await registrationWorld();
});
afterAll(() => world.close());

interface FlowRow {
  id: string;
  name: string;
  version: number;
  archived: boolean;
  version_group_id: string;
  flow_group_id: string;
  serialized_flow: JsonObject;
}
const readFlow = async (id: string): Promise<FlowRow> => {
  const [row] = await world.sql<FlowRow>('select * from flow where id = $1', [id]);
  if (!row) throw new Error(`flow ${id} is gone`);
  return row;
};
const tasksOf = (id: string) =>
  world.sql<{ slug: string; retry_delay: { toPostgres(): string } | null }>(
    'select *, retry_delay::text as delay from task where flow_id = $1 order by slug',
    [id],
  );
const edgesOf = (id: string) =>
  world.sql(
    `select u.slug as up, d.slug as down, e.key, e.mapped from edge e join task u on u.id = e.upstream_task_id
     join task d on d.id = e.downstream_task_id where e.flow_id = $1 order by 1, 2`,
    [id],
  );

const register = async (input: object = {}, flow: JsonObject = serialized()) =>
  readFlow(
    (
      await world.mutate('create_flow', {
        project_id: await project,
        set_schedule_active: false,
        serialized_flow: flow,
        ...input,
      })
    ).id,
  );
let project: Promise<string>;
beforeAll(() => {
  project = world.newProject();
});

describe('a flow that the client registers', () => {
  test.each(['hello', 'regional-etl'])('%s stands in the tables as it was sent', async (name) => {
    const flow = recordedFlow(name);
    const { id } = await world.mutate('create_flow_from_compressed_string', {
      project_id: await project,
      serialized_flow: compressed(flow),
      set_schedule_active: false,
    });
    expect(await readFlow(id)).toMatchObject({
      name,
      version: 1,
      archived: false,
      core_version: '1.4.1',
      serialized_flow: flow,
      schedule: flow.schedule,
      storage: flow.storage,
      run_config: flow.run_config,
    });
    expect(await tasksOf(id)).toHaveLength((flow.tasks as JsonObject[]).length);
    expect(await edgesOf(id)).toHaveLength((flow.edges as JsonObject[]).length);
  });

  test('keeps what its tasks say', async () => {
    const tasks = [
      task('one-1', { tags: ['b', 'a'], max_retries: 3, retry_delay: 90, cache_key: 'k', auto_generated: true }),
      task('two-1', { trigger: 'prefect.triggers.any_failed' }),
    ];
    const { id } = await register({}, serialized({ tasks, edges: [] }));
    expect(await tasksOf(id)).toMatchObject([
      { slug: 'one-1', delay: '00:01:30', max_retries: 3, cache_key: 'k', auto_generated: true, tags: ['b', 'a'] },
      { slug: 'two-1', delay: null, trigger: 'prefect.triggers.any_failed', auto_generated: false },
    ]);
  });

  test('knows where its tasks stand', async () => {
    const { id } = await register(
      {},
      serialized({
        tasks: [task('a'), task('b'), task('c')],
        edges: [edge('a', 'b', { mapped: true }), edge('b', 'c')],
        reference_tasks: [{ slug: 'c' }],
      }),
    );
    const places = (await tasksOf(id)).map((row) => row as unknown as JsonObject);
    expect(
      places.map(({ slug, mapped, is_root_task: root, is_terminal_task: end, is_reference_task: reference }) => ({
        slug,
        mapped,
        root,
        end,
        reference,
      })),
    ).toEqual([
      { slug: 'a', mapped: false, root: true, end: false, reference: false },
      { slug: 'b', mapped: true, root: false, end: false, reference: false },
      { slug: 'c', mapped: false, root: false, end: true, reference: true },
    ]);
  });

  test.each<[string, object, string]>([
    ['a project that is not there', { project_id: v7() }, 'Invalid project.'],
    [
      'a client that is too old',
      { serialized_flow: serialized({ __version__: '0.6.0' }) },
      'Prefect backends require new flows to be built with Prefect 0.6.1+, but this flow was built with Prefect 0.6.0.',
    ],
    [
      'a flow without a name',
      { serialized_flow: { __version__: '1.4.1' } },
      '`serialized_flow.name` must be a string that is not empty.',
    ],
    [
      'a task without a slug',
      { serialized_flow: serialized({ tasks: [{}] }) },
      '`serialized_flow.tasks[0].slug` must be a string.',
    ],
    [
      'an edge from nowhere',
      { serialized_flow: serialized({ tasks: [task('a')], edges: [edge('b', 'a')] }) },
      'Edges could not be registered - some edges reference tasks that do not exist within this flow.',
    ],
  ])('is refused with %s', async (_, input, message) => {
    await expect(register(input)).rejects.toThrow(message);
  });

  test.each([
    ['no base64', '****'],
    ['no gzip', Buffer.from('{}').toString('base64')],
    ['no JSON', gzipSync('{').toString('base64')],
    ['more than is taken', gzipSync(Buffer.alloc(80_000_000)).toString('base64')],
  ])('is refused compressed as %s', async (_, text) => {
    const input = { project_id: await project, serialized_flow: text };
    await expect(world.mutate('create_flow_from_compressed_string', input)).rejects.toThrow(
      'Unable to decompress serialized flow',
    );
  });
});

describe('batches', () => {
  test('a thousand tasks in two batches at once are a thousand tasks, in the flow as well', async () => {
    const { id } = await register();
    const tasks = Array.from({ length: 1000 }, (_, index) => task(`task-${index}`));
    const batches = [tasks.slice(0, 500), tasks.slice(500), [], tasks.slice(200, 300)];
    await Promise.all(
      batches.map((serialized_tasks) => world.mutate('register_tasks', { flow_id: id, serialized_tasks })),
    );
    expect(await tasksOf(id)).toHaveLength(1000);
    const kept = (await readFlow(id)).serialized_flow.tasks as JsonObject[];
    expect(kept.map(({ slug }) => slug).sort()).toEqual(tasks.map(({ slug }) => slug).sort());
  });

  test('edges sent twice are there once', async () => {
    const { id } = await register({}, serialized({ tasks: [task('a'), task('b')] }));
    const batch = { flow_id: id, serialized_edges: [edge('a', 'b', { key: 'value', mapped: true })] };
    for (const _ of [1, 2]) expect(await world.mutate('register_edges', batch)).toEqual({ success: true });
    expect(await edgesOf(id)).toEqual([{ up: 'a', down: 'b', key: 'value', mapped: true }]);
  });

  test('of a flow that is not there are refused', async () => {
    const flow = { flow_id: v7() };
    await expect(world.mutate('register_tasks', { ...flow, serialized_tasks: [] })).rejects.toThrow(
      'Foreign key violation.',
    );
    await expect(world.mutate('register_edges', { ...flow, serialized_edges: [] })).rejects.toThrow('Invalid flow ID.');
  });
});

describe('versions', () => {
  test('a flow registered again gets the next version and archives the others', async () => {
    const flow = serialized();
    const first = await register({}, flow);
    const second = await register({}, flow);
    expect([first.version, second.version]).toEqual([1, 2]);
    expect(second.flow_group_id).toBe(first.flow_group_id);
    expect((await readFlow(first.id)).archived).toBe(true);
    expect(second.archived).toBe(false);
  });

  test('twenty clients that register one flow at once get twenty versions of one group', async () => {
    const flow = serialized();
    const made = await Promise.all(Array.from({ length: 20 }, () => register({}, flow)));
    expect(made.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
    expect(new Set(made.map(({ flow_group_id: group }) => group)).size).toBe(1);
    const rows = await Promise.all(made.map(({ id }) => readFlow(id)));
    expect(rows.filter(({ archived }) => !archived).map(({ version }) => version)).toEqual([20]);
  });

  test.each([
    [
      ['foo', 'foo'],
      [1, 1],
    ],
    [
      ['foo', 'bar', 'foo'],
      [1, 2, 3],
    ],
    [
      ['foo', null, 'foo'],
      [1, 2, 3],
    ],
    [
      [null, null],
      [1, 2],
    ],
  ])('under the keys %j are %j', async (keys, versions) => {
    const flow = serialized();
    const made: number[] = [];
    for (const idempotency_key of keys) made.push((await register({ idempotency_key }, flow)).version);
    expect(made).toEqual(versions);
  });

  test('the same key sent by twenty at once makes one version', async () => {
    const flow = serialized();
    const made = await Promise.all(Array.from({ length: 20 }, () => register({ idempotency_key: 'k' }, flow)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  });

  test('count within a tenant, across its projects', async () => {
    const group = v7();
    const { id: tenant } = await world.mutate('create_tenant', { name: 'other', slug: `t-${v7()}` });
    const elsewhere = (await world.mutate('create_project', { tenant_id: tenant, name: 'elsewhere' })).id;
    const projects = [await project, await world.newProject(), elsewhere];
    const made = [];
    for (const project_id of projects) made.push(await register({ project_id, version_group_id: group }));
    expect(made.map(({ version }) => version)).toEqual([1, 2, 1]);
    expect((await readFlow(made[1]?.id ?? '')).archived).toBe(false);
  });
});

describe('a version that is archived', () => {
  test('has the runs cancelled that somebody asked for, and no others', async () => {
    const flow = serialized();
    const { id } = await register({}, flow);
    const waiting = (await world.mutate('create_flow_run', { flow_id: id })).id;
    const running = (await world.mutate('create_flow_run', { flow_id: id })).id;
    const states = [{ flow_run_id: running, state: { type: 'Running', message: 'on' } }];
    await world.mutate('set_flow_run_states', { states });
    await register({}, flow);
    const rows = await world.sql<{ id: string }>(
      'select id, prefect1_state, state_message from flow_run where flow_id = $1',
      [id],
    );
    expect(new Map(rows.map((row) => [row.id, row]))).toEqual(
      new Map([
        [waiting, { id: waiting, prefect1_state: 'Cancelled', state_message: `Flow ${id} was archived.` }],
        [running, { id: running, prefect1_state: 'Running', state_message: 'on' }],
      ]),
    );
    for (const flow_id of [id, id]) expect(await world.mutate('archive_flow', { flow_id })).toEqual({ success: true });
    expect(await world.mutate('archive_flow', { flow_id: v7() })).toEqual({ success: false });
  });
});

describe('what is deleted', () => {
  test.each([
    ['delete_flow', (flow: FlowRow) => ({ flow_id: flow.id })],
    ['delete_flow_group', (flow: FlowRow) => ({ flow_group_id: flow.flow_group_id })],
    ['delete_project', (_: FlowRow, project_id: string) => ({ project_id })],
  ])('%s takes runs and logs with it', async (name, inputOf) => {
    const project_id = await world.newProject();
    const flow = await register({ project_id }, serialized({ tasks: [task('a')] }));
    const run = (await world.mutate('create_flow_run', { flow_id: flow.id })).id;
    await world.mutate('write_run_logs', { logs: [{ flow_run_id: run, message: 'hello' }] });
    const left = () =>
      world.sql(
        `select (select count(*) from flow_run where id = $1) as runs, (select count(*) from log where run_id = $1) as logs,
           (select count(*) from run_counter where run_id = $1) as counters`,
        [run],
      );
    expect(await left()).toEqual([{ runs: 1, logs: 1, counters: 1 }]);
    const input = inputOf(flow, project_id);
    expect(await world.mutate(name, input)).toEqual({ success: true });
    expect(await left()).toEqual([{ runs: 0, logs: 0, counters: 0 }]);
    expect(await world.mutate(name, input)).toEqual({ success: false });
  });
});

test('a flow moves to another project of its tenant', async () => {
  const { id } = await register();
  const project_id = await world.newProject();
  expect(await world.mutate('update_flow_project', { flow_id: id, project_id })).toEqual({ id });
  expect(await readFlow(id)).toMatchObject({ project_id });
  await expect(world.mutate('update_flow_project', { flow_id: id, project_id: v7() })).rejects.toThrow(
    'Invalid flow or project ID.',
  );
});
