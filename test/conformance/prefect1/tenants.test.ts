import { expect, test } from 'vitest';
import { nobody, unique } from './support/expectations.ts';
import { document, mutate, query, refused, succeeds } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import { basicFlow, newProject, newTenant, startRun } from './support/world.ts';

servePrefect1();

interface Tenant {
  id: string;
  name: string;
  slug: string;
  settings: unknown;
}
const BY_SLUG = document<{ tenant: Tenant[] }>(
  'query($slug: String) { tenant(where: { slug: { _eq: $slug } }) { id name slug settings } }',
);
const BY_ID = document<{ tenant_by_pk: Tenant | null }>(
  'query($id: uuid!) { tenant_by_pk(id: $id) { id name slug settings } }',
);
const bySlug = async (slug: string) => (await query(BY_SLUG, { slug })).tenant;
const read = async (id: string) => (await query(BY_ID, { id })).tenant_by_pk;
const NO_SLUG = 'Slug must be "slugified" (lowercase; no spaces)';

test('the slug of a tenant is unique', async () => {
  const slug = unique('t');
  const { id } = await mutate('create_tenant', { name: 'a', slug });
  await refused('create_tenant', { name: 'b', slug }, 'Uniqueness violation.');
  expect(await bySlug(slug)).toEqual([{ id, name: 'a', slug, settings: {} }]);
});

test.each(['Upper', 'two words', 'under_score', 'ümlaut', '-dash'])('%j is not a slug', async (slug) => {
  await refused('create_tenant', { name: 'a', slug }, NO_SLUG);
  await refused('update_tenant_slug', { tenant_id: await newTenant(), slug }, NO_SLUG);
  expect(await bySlug(slug)).toEqual([]);
});

test('the slug of a tenant can be changed to an unused one', async () => {
  const [id, other, slug] = [await newTenant(), await newTenant(), unique('t')];
  expect(await mutate('update_tenant_slug', { tenant_id: id, slug })).toEqual({ id });
  expect(await read(id)).toMatchObject({ slug });
  await refused('update_tenant_slug', { tenant_id: other, slug }, 'Uniqueness violation.');
  await refused('update_tenant_slug', { tenant_id: nobody(), slug: unique('t') }, 'Update failed.');
});

test('the settings of a tenant are merged at the top level', async () => {
  const id = await newTenant();
  for (const settings of [
    { a: 1, c: { d: 1 } },
    { b: 2, c: { e: 2 } },
  ])
    expect(await mutate('update_tenant_settings', { tenant_id: id, settings })).toEqual({ id });
  expect((await read(id))?.settings).toEqual({ a: 1, b: 2, c: { e: 2 } });
  await refused('update_tenant_settings', { tenant_id: nobody(), settings: {} }, 'Invalid tenant id.');
});

test('a tenant can be renamed', async () => {
  const id = await newTenant();
  expect(await mutate('update_tenant_name', { tenant_id: id, name: 'New Name' })).toEqual({ id });
  expect(await read(id)).toMatchObject({ name: 'New Name' });
  await refused('update_tenant_name', { tenant_id: nobody(), name: 'x' }, 'Update failed.');
});

const OWNED = document<Record<string, object | null>>(
  `query($tenant: uuid!, $project: uuid!, $flow: uuid!, $run: uuid!) {
    tenant_by_pk(id: $tenant) { id } project_by_pk(id: $project) { id } flow_by_pk(id: $flow) { id } flow_run_by_pk(id: $run) { id }
  }`,
);

test('deleting a tenant needs a confirmation and deletes all its rows', async () => {
  const tenant = await newTenant();
  const project = await newProject(tenant);
  const flow = await basicFlow({ project });
  const run = await startRun(flow.id);
  const left = async () => Object.values(await query(OWNED, { tenant, project, flow: flow.id, run })).filter(Boolean);
  await refused('delete_tenant', { tenant_id: tenant, confirm: false }, 'Must pass `confirm=True` to proceed.');
  expect(await left()).toHaveLength(4);
  await succeeds('delete_tenant', { tenant_id: tenant, confirm: true });
  expect(await left()).toEqual([]);
  await succeeds('delete_tenant', { tenant_id: nobody(), confirm: true }, false);
});
