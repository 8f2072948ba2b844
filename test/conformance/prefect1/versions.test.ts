import { expect, test } from 'vitest';
import { inAnyOrder, inSeconds, nobody, unique } from './support/expectations.ts';
import { document, query, succeeds } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import type { FlowRow } from './support/rows.ts';
import { cron, schedule } from './support/serializedFlows.ts';
import { basicFlow, createFlow, newProject, newTenant, readFlow, setFlowRun, startRun } from './support/world.ts';

servePrefect1();

/** Registers flows in sequence and reads them at the end. */
async function register(...inputs: Parameters<typeof createFlow>[0][]): Promise<FlowRow[]> {
  const ids: string[] = [];
  for (const input of inputs) ids.push(await createFlow(input));
  return Promise.all(ids.map(readFlow));
}
const different = (values: unknown[]) => new Set(values).size;

const GROUP = document<{ flow_group_by_pk: { id: string; name: string; flows: { id: string }[] } | null }>(
  'query($id: uuid!) { flow_group_by_pk(id: $id) { id name flows { id } } }',
);
const readGroup = async (id: string) => (await query(GROUP, { id })).flow_group_by_pk;

test('registering the same name creates the next version and archives the one before', async () => {
  const [project, name] = [await newProject(), unique('flow')];
  const flows = await register(...[1, 2, 3].map(() => ({ project, flow: { name } })));
  expect(flows.map(({ version, archived }) => [version, archived])).toEqual([
    [1, true],
    [2, true],
    [3, false],
  ]);
  expect(different(flows.map((flow) => flow.version_group_id))).toBe(1);
  expect(different(flows.map((flow) => flow.flow_group_id))).toBe(1);
});

test('another name or project creates another version group', async () => {
  const [project, other, name] = [await newProject(), await newProject(), unique('flow')];
  const flows = await register(
    { project, flow: { name } },
    { project, flow: { name: unique('flow') } },
    { project: other, flow: { name } },
  );
  expect(different(flows.map((flow) => flow.version_group_id))).toBe(3);
  expect(flows.map(({ version, archived }) => [version, archived])).toEqual(flows.map(() => [1, false]));
});

test('a named version group spans projects', async () => {
  const [project, other, version_group_id] = [await newProject(), await newProject(), unique('group')];
  const flows = await register(
    { project, version_group_id },
    { project: other, version_group_id },
    { project, version_group_id },
  );
  expect(flows.map(({ version }) => version)).toEqual([1, 2, 3]);
});

test('versions are counted per tenant', async () => {
  const version_group_id = unique('group');
  const [one, two] = [await newProject(await newTenant()), await newProject(await newTenant())];
  const flows = await register(...[one, one, two].map((project) => ({ project, version_group_id })));
  expect(flows.map(({ version }) => version)).toEqual([1, 2, 1]);
  const groups = flows.map((flow) => flow.flow_group_id);
  expect([groups[0] === groups[1], groups[1] === groups[2]]).toEqual([true, false]);
});

test('registering with the last key again keeps the version', async () => {
  const [project, name] = [await newProject(), unique('flow')];
  const ids: string[] = [];
  for (const idempotency_key of ['foo', 'foo', 'foo'])
    ids.push(await createFlow({ project, flow: { name }, idempotency_key }));
  expect(different(ids)).toBe(1);
  expect(await readFlow(ids[0] ?? '')).toMatchObject({ version: 1, archived: false });
});

test.each([[['foo', 'bar']], [[null, null]], [['foo', null, 'foo']], [['foo', 'bar', 'foo']]])(
  'registering with the keys %j creates a version each',
  async (keys) => {
    const [project, name] = [await newProject(), unique('flow')];
    const flows = await register(...keys.map((idempotency_key) => ({ project, flow: { name }, idempotency_key })));
    expect(flows.map(({ version }) => version)).toEqual(keys.map((_, index) => index + 1));
    expect(different(flows.map((flow) => flow.version_group_id))).toBe(1);
  },
);

const RUNS = document<{ flow_run: { id: string; state: string; auto_scheduled: boolean }[] }>(
  'query($flow: uuid!) { flow_run(where: { flow_id: { _eq: $flow } }) { id state auto_scheduled } }',
);

test('a flow can be archived repeatedly', async () => {
  const id = await createFlow();
  for (const _turn of [1, 2]) {
    await succeeds('archive_flow', { flow_id: id });
    expect((await readFlow(id)).archived).toBe(true);
  }
  await succeeds('archive_flow', { flow_id: nobody() }, false);
});

test('archiving a flow deletes its scheduled runs and cancels requested ones', async () => {
  const id = await createFlow({ flow: { schedule: schedule(cron('0 0 * * *')) } });
  const [asked, running] = [await startRun(id, { scheduled_start_time: inSeconds(3600) }), await startRun(id)];
  await setFlowRun(running, 'Running');
  expect((await query(RUNS, { flow: id })).flow_run).toHaveLength(12);
  await succeeds('archive_flow', { flow_id: id });
  const left = (await query(RUNS, { flow: id })).flow_run.map((run) => [run.id, run.state]);
  expect(inAnyOrder(left)).toEqual(
    inAnyOrder([
      [asked, 'Cancelled'],
      [running, 'Running'],
    ]),
  );
});

const REMAINS = document<Record<string, object[] | object | null>>(`query($flow: uuid!, $run: uuid!) {
  flow_by_pk(id: $flow) { id }
  task(where: { flow_id: { _eq: $flow } }) { id }
  edge(where: { flow_id: { _eq: $flow } }) { id }
  flow_run(where: { flow_id: { _eq: $flow } }) { id }
  task_run(where: { flow_run_id: { _eq: $run } }) { id }
}`);
/** Counts the flows, tasks, edges, runs and task runs. */
const remains = async (flow: string, run: string) =>
  Object.values(await query(REMAINS, { flow, run })).map((rows) =>
    Array.isArray(rows) ? rows.length : Number(rows !== null),
  );

test('deleting a flow deletes its tasks, edges and runs but not its group', async () => {
  const flow = await basicFlow();
  const run = await startRun(flow.id);
  expect(await remains(flow.id, run)).toEqual([1, 3, 1, 1, 3]);
  await succeeds('delete_flow', { flow_id: flow.id });
  expect(await remains(flow.id, run)).toEqual([0, 0, 0, 0, 0]);
  expect(await readGroup(flow.flow_group_id)).toEqual({
    id: flow.flow_group_id,
    name: flow.version_group_id,
    flows: [],
  });
  await succeeds('delete_flow', { flow_id: flow.id }, false);
});

test('deleting a flow group deletes all versions and their runs', async () => {
  const [project, name] = [await newProject(), unique('flow')];
  const old = await createFlow({ project, flow: { name } });
  const flow = await basicFlow({ project, flow: { name } });
  const run = await startRun(flow.id);
  expect((await readGroup(flow.flow_group_id))?.flows).toHaveLength(2);
  await succeeds('delete_flow_group', { flow_group_id: flow.flow_group_id });
  expect(await readGroup(flow.flow_group_id)).toBeNull();
  expect(await remains(flow.id, run)).toEqual([0, 0, 0, 0, 0]);
  expect((await remains(old, run))[0]).toBe(0);
  await succeeds('delete_flow_group', { flow_group_id: flow.flow_group_id }, false);
});
