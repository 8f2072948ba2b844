import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_TENANT_ID, type Viewer } from '../../src/core/values/viewer.ts';
import { type RegistrationWorld, registrationWorld, serialized } from './registrationWorld.ts';

let world: RegistrationWorld;
beforeAll(async () => {
  world = await registrationWorld();
});
afterAll(() => world.close());

const row = async (table: string, id: string) =>
  (await world.sql<{ settings: object; name: string }>(`select * from ${table} where id = $1`, [id]))[0];
const newTenant = async () => (await world.mutate('create_tenant', { name: 'a tenant', slug: `t-${v7()}` })).id;
const tenant_id = DEFAULT_TENANT_ID;

describe('a tenant', () => {
  test.each(['Upper', 'two words', '-', 'a--b', 'a_b', ''])('a tenant may not have the slug %j', async (slug) => {
    const text = 'Slug must be "slugified" (lowercase; no spaces)';
    await expect(world.mutate('create_tenant', { name: 'x', slug })).rejects.toThrow(text);
    await expect(world.mutate('update_tenant_slug', { tenant_id, slug })).rejects.toThrow(text);
  });

  test('the slug of a tenant is unique', async () => {
    const slug = `t-${v7()}`;
    await world.mutate('create_tenant', { name: 'x', slug });
    await expect(world.mutate('create_tenant', { name: 'y', slug })).rejects.toThrow(/^Uniqueness violation\.$/);
    const other = await newTenant();
    await expect(world.mutate('update_tenant_slug', { tenant_id: other, slug })).rejects.toThrow(
      /^Uniqueness violation\.$/,
    );
  });

  test('a tenant can be renamed and its settings are merged at the top level', async () => {
    const id = await newTenant();
    for (const settings of [
      { a: 1, c: { d: 1 } },
      { b: 2, c: { e: 2 } },
    ])
      expect(await world.mutate('update_tenant_settings', { tenant_id: id, settings })).toEqual({ id });
    expect(await world.mutate('update_tenant_name', { tenant_id: id, name: 'new' })).toEqual({ id });
    expect(await row('tenant', id)).toMatchObject({ name: 'new', settings: { a: 1, b: 2, c: { e: 2 } } });
  });

  test('an unknown tenant cannot be changed', async () => {
    const nobody = { tenant_id: v7() };
    await expect(world.mutate('update_tenant_name', { ...nobody, name: 'x' })).rejects.toThrow('Update failed.');
    await expect(world.mutate('update_tenant_slug', { ...nobody, slug: v7() })).rejects.toThrow('Update failed.');
    await expect(world.mutate('update_tenant_settings', { ...nobody, settings: {} })).rejects.toThrow(
      'Invalid tenant id.',
    );
    await expect(world.mutate('update_tenant_settings', { tenant_id, settings: null })).rejects.toThrow(
      'must be a JSON object',
    );
  });

  test('deleting a tenant needs a confirmation and deletes all its rows', async () => {
    const id = await newTenant();
    const project = (await world.mutate('create_project', { tenant_id: id, name: 'p' })).id;
    const flow = (await world.mutate('create_flow', { project_id: project, serialized_flow: serialized() })).id;
    const run = (await world.mutate('create_flow_run', { flow_id: flow })).id;
    await world.mutate('write_run_logs', { logs: [{ flow_run_id: run, message: 'hello' }] });
    await expect(world.mutate('delete_tenant', { tenant_id: id, confirm: false })).rejects.toThrow(
      'Must pass `confirm=True` to proceed.',
    );
    expect(await row('flow_run', run)).toBeDefined();
    expect(await world.mutate('delete_tenant', { tenant_id: id, confirm: true })).toEqual({ success: true });
    for (const [table, one] of Object.entries({ tenant: id, project, flow, flow_run: run }))
      expect(await row(table, one)).toBeUndefined();
    expect(await world.sql('select from log where run_id = $1', [run])).toEqual([]);
    expect(await world.mutate('delete_tenant', { tenant_id: id, confirm: true })).toEqual({ success: false });
  });
});

describe('a project', () => {
  test('the name of a project is unique in its tenant', async () => {
    const name = v7();
    await world.mutate('create_project', { tenant_id, name });
    const other = await world.newProject();
    for (const [refused, input] of [
      ['create_project', { tenant_id, name }],
      ['set_project_name', { project_id: other, name }],
    ] as const)
      await expect(world.mutate(refused, input)).rejects.toThrow(/^Uniqueness violation\.$/);
    const elsewhere = await world.mutate('create_project', { tenant_id: await newTenant(), name });
    expect(await row('project', elsewhere.id)).toMatchObject({ name });
  });

  test('a project can be renamed and described', async () => {
    const id = await world.newProject();
    const name = v7();
    await world.mutate('set_project_name', { project_id: id, name });
    await world.mutate('set_project_description', { project_id: id, description: 'what it is for' });
    expect(await row('project', id)).toMatchObject({ name, description: 'what it is for' });
    await world.mutate('set_project_description', { project_id: id, description: null });
    expect(await row('project', id)).toMatchObject({ description: null });
    await expect(world.mutate('set_project_description', { project_id: id })).rejects.toThrow(
      '`description` is required',
    );
  });

  test('an unknown project cannot be changed', async () => {
    const nobody = { project_id: v7() };
    await expect(world.mutate('set_project_name', { ...nobody, name: 'x' })).rejects.toThrow('Update failed');
    await expect(world.mutate('set_project_description', { ...nobody, description: 'x' })).rejects.toThrow(
      'Update failed',
    );
    await expect(world.mutate('create_project', { tenant_id: v7(), name: 'x' })).rejects.toThrow(
      /^Foreign key violation\.$/,
    );
  });
});

describe('a flow group', () => {
  const made = async () => {
    const project_id = await world.newProject();
    const { id } = await world.mutate('create_flow', { project_id, serialized_flow: serialized() });
    const [flow] = await world.sql<{ flow_group_id: string }>('select flow_group_id from flow where id = $1', [id]);
    return { flow_id: id, flow_group_id: flow?.flow_group_id ?? '' };
  };

  test.each<[string, string, string, unknown[]]>([
    ['set_flow_group_labels', 'labels', 'labels', [['a'], [], null, []]],
    ['set_flow_group_default_parameters', 'parameters', 'default_parameters', [{ a: 1, b: { c: [2] } }, { d: 3 }, {}]],
    ['set_flow_group_run_config', 'run_config', 'run_config', [{ type: 'LocalRun' }, null]],
    ['set_flow_group_description', 'description', 'description', ['words', null]],
  ])('%s replaces the old value of a flow group', async (name, field, column, values) => {
    const { flow_group_id } = await made();
    for (const value of values) {
      expect(await world.mutate(name, { flow_group_id, [field]: value })).toEqual({ success: true });
      expect(await row('flow_group', flow_group_id)).toMatchObject({ [column]: value });
    }
    expect(await world.mutate(name, { flow_group_id: v7(), [field]: values[0] })).toEqual({ success: false });
  });

  test('the labels of a flow group are stored once each', async () => {
    const { flow_group_id } = await made();
    await world.mutate('set_flow_group_labels', { flow_group_id, labels: ['b', 'a', 'b'] });
    expect(await row('flow_group', flow_group_id)).toMatchObject({ labels: ['b', 'a'] });
  });

  test('parallel changes of the settings of a flow group are all kept', async () => {
    const { flow_id, flow_group_id } = await made();
    await Promise.all(
      ['disable_flow_heartbeat', 'disable_flow_lazarus_process'].map((name) => world.mutate(name, { flow_id })),
    );
    const off = { disable_heartbeat: true, heartbeat_enabled: false, lazarus_enabled: false };
    expect((await row('flow_group', flow_group_id))?.settings).toMatchObject({
      ...off,
      version_locking_enabled: false,
    });
    await Promise.all(
      ['enable_flow_heartbeat', 'enable_flow_lazarus_process'].map((name) => world.mutate(name, { flow_id })),
    );
    const on = { disable_heartbeat: false, heartbeat_enabled: true, lazarus_enabled: true };
    expect((await row('flow_group', flow_group_id))?.settings).toMatchObject(on);
    await expect(world.mutate('enable_flow_heartbeat', { flow_id: v7() })).rejects.toThrow('Invalid flow ID.');
  });
});

describe('clients with an API key', () => {
  const holder = async (): Promise<Viewer> => ({ tenantId: await newTenant(), role: 'ADMIN' });

  test('a client with the key of one tenant cannot read or change another', async () => {
    const other = await holder();
    const project_id = await world.newProject();
    const flow = (await world.mutate('create_flow', { project_id, serialized_flow: serialized() })).id;
    const as = (name: string, input: object) => world.mutate(name, input, other);
    await expect(as('create_project', { tenant_id, name: 'x' })).rejects.toThrow('Foreign key violation.');
    await expect(as('create_flow', { project_id, serialized_flow: serialized() })).rejects.toThrow('Invalid project.');
    await expect(as('set_project_name', { project_id, name: 'x' })).rejects.toThrow('Update failed');
    await expect(as('update_tenant_name', { tenant_id, name: 'x' })).rejects.toThrow('Update failed.');
    await expect(as('disable_flow_heartbeat', { flow_id: flow })).rejects.toThrow('Invalid flow ID.');
    await expect(as('register_tasks', { flow_id: flow, serialized_tasks: [] })).rejects.toThrow(
      'Foreign key violation.',
    );
    for (const [name, input] of [
      ['delete_tenant', { tenant_id, confirm: true }],
      ['delete_project', { project_id }],
      ['delete_flow', { flow_id: flow }],
      ['archive_flow', { flow_id: flow }],
      ['set_schedule_active', { flow_id: flow }],
      ['set_schedule_inactive', { flow_id: flow }],
    ] as const)
      expect(await as(name, input)).toEqual({ success: false });
    expect(await row('flow', flow)).toMatchObject({ archived: false });
  });

  test('a client with a key cannot create tenants and deletes its own only as ADMIN', async () => {
    const other = await holder();
    await expect(world.mutate('create_tenant', { name: 'x', slug: v7() }, other)).rejects.toThrow(
      'cannot create another',
    );
    const mine = { tenant_id: other.tenantId, confirm: true };
    await expect(world.mutate('delete_tenant', mine, { ...other, role: 'WRITER' })).rejects.toThrow('role admin');
    expect(await world.mutate('delete_tenant', mine, other)).toEqual({ success: true });
  });
});
