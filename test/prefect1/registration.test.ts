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

describe('registration of a flow', () => {
  test.each(['hello', 'regional-etl'])('the registered flow %s is stored as it was sent', async (name) => {
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

  test('registering a flow stores the fields of its tasks', async () => {
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

  test('registering a flow stores which tasks are mapped, roots, terminal and reference tasks', async () => {
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
    ['an unknown project', { project_id: v7() }, 'Invalid project.'],
    [
      'an outdated client',
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
      'an edge from an unknown task',
      { serialized_flow: serialized({ tasks: [task('a')], edges: [edge('b', 'a')] }) },
      'Edges could not be registered - some edges reference tasks that do not exist within this flow.',
    ],
  ])('registering a flow with %s is rejected', async (_, input, message) => {
    await expect(register(input)).rejects.toThrow(message);
  });

  test.each([
    ['malformed base64', '****'],
    ['data that is not gzip', Buffer.from('{}').toString('base64')],
    ['data that is not JSON', gzipSync('{').toString('base64')],
    ['data that is too large', gzipSync(Buffer.alloc(80_000_000)).toString('base64')],
  ])('registering a compressed flow of %s is rejected', async (_, text) => {
    const input = { project_id: await project, serialized_flow: text };
    await expect(world.mutate('create_flow_from_compressed_string', input)).rejects.toThrow(
      'Unable to decompress serialized flow',
    );
  });
});

describe('registration of tasks and edges', () => {
  test('a thousand tasks registered in parallel batches are stored once each, also in the flow', async () => {
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

  test('edges registered twice are stored once', async () => {
    const { id } = await register({}, serialized({ tasks: [task('a'), task('b')] }));
    const batch = { flow_id: id, serialized_edges: [edge('a', 'b', { key: 'value', mapped: true })] };
    for (const _ of [1, 2]) expect(await world.mutate('register_edges', batch)).toEqual({ success: true });
    expect(await edgesOf(id)).toEqual([{ up: 'a', down: 'b', key: 'value', mapped: true }]);
  });

  test('tasks and edges of an unknown flow are rejected', async () => {
    const flow = { flow_id: v7() };
    await expect(world.mutate('register_tasks', { ...flow, serialized_tasks: [] })).rejects.toThrow(
      'Foreign key violation.',
    );
    await expect(world.mutate('register_edges', { ...flow, serialized_edges: [] })).rejects.toThrow('Invalid flow ID.');
  });
});

describe('versions of a flow', () => {
  test('registering a flow again creates the next version and archives the others', async () => {
    const flow = serialized();
    const first = await register({}, flow);
    const second = await register({}, flow);
    expect([first.version, second.version]).toEqual([1, 2]);
    expect(second.flow_group_id).toBe(first.flow_group_id);
    expect((await readFlow(first.id)).archived).toBe(true);
    expect(second.archived).toBe(false);
  });

  test('twenty clients that register a flow in parallel get twenty versions of one group', async () => {
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
  ])('registering with the keys %j creates the versions %j', async (keys, versions) => {
    const flow = serialized();
    const made: number[] = [];
    for (const idempotency_key of keys) made.push((await register({ idempotency_key }, flow)).version);
    expect(made).toEqual(versions);
  });

  test('twenty clients that register with the same key create one version', async () => {
    const flow = serialized();
    const made = await Promise.all(Array.from({ length: 20 }, () => register({ idempotency_key: 'k' }, flow)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  });

  test('versions of a flow are counted per tenant, across projects', async () => {
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

describe('archived versions', () => {
  test('archiving a version cancels only its waiting runs that were requested', async () => {
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

describe('deletion of flows', () => {
  test.each([
    ['delete_flow', (flow: FlowRow) => ({ flow_id: flow.id })],
    ['delete_flow_group', (flow: FlowRow) => ({ flow_group_id: flow.flow_group_id })],
    ['delete_project', (_: FlowRow, project_id: string) => ({ project_id })],
  ])('%s deletes the runs and their logs', async (name, inputOf) => {
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

test('a flow can be moved to another project of its tenant', async () => {
  const { id } = await register();
  const project_id = await world.newProject();
  expect(await world.mutate('update_flow_project', { flow_id: id, project_id })).toEqual({ id });
  expect(await readFlow(id)).toMatchObject({ project_id });
  await expect(world.mutate('update_flow_project', { flow_id: id, project_id: v7() })).rejects.toThrow(
    'Invalid flow or project ID.',
  );
});
