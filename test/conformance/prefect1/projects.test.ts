import { expect, test } from 'vitest';
import { nobody, unique } from './support/expectations.ts';
import { document, mutate, query, refused, succeeds } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import { basicFlow, newProject, newTenant, startRun, tenant } from './support/world.ts';

servePrefect1();

const PROJECT = document<{ project_by_pk: { id: string; name: string; description: string | null } | null }>(
  'query($id: uuid!) { project_by_pk(id: $id) { id name description tenant_id flows { id } } }',
);
const read = async (id: string) => (await query(PROJECT, { id })).project_by_pk;

test('the name of a project is unique in its tenant', async () => {
  const [tenant_id, other, name] = [await tenant(), await newTenant(), unique('project')];
  await mutate('create_project', { tenant_id, name });
  await refused('create_project', { tenant_id, name }, 'Uniqueness violation.');
  const { id } = await mutate('create_project', { tenant_id: other, name });
  expect(await read(id)).toMatchObject({ name, tenant_id: other });
  await refused('create_project', { tenant_id: nobody(), name }, 'Foreign key violation.');
});

test('a project can be renamed to an unused name', async () => {
  const [id, other, name] = [await newProject(), await newProject(), unique('project')];
  expect(await mutate('set_project_name', { project_id: id, name })).toEqual({ id });
  expect(await read(id)).toMatchObject({ name });
  await refused('set_project_name', { project_id: nobody(), name: unique('project') }, 'Update failed');
  await refused('set_project_name', { project_id: other, name }, 'Uniqueness violation.');
});

test('the description of a project can be set and removed', async () => {
  const id = await newProject();
  for (const description of ['what it holds', null]) {
    expect(await mutate('set_project_description', { project_id: id, description })).toEqual({ id });
    expect(await read(id)).toMatchObject({ description });
  }
  await refused('set_project_description', { project_id: nobody(), description: 'x' }, 'Update failed');
});

const LEFT = document(
  `query($flow: uuid!, $run: uuid!, $group: uuid!) {
    flow_by_pk(id: $flow) { id } flow_run_by_pk(id: $run) { id } flow_group_by_pk(id: $group) { id }
  }`,
);

test('deleting a project deletes its flows but not their groups', async () => {
  const project = await newProject();
  const flow = await basicFlow({ project });
  const run = await startRun(flow.id);
  await succeeds('delete_project', { project_id: project });
  expect(await read(project)).toBeNull();
  expect(await query(LEFT, { flow: flow.id, run, group: flow.flow_group_id })).toEqual({
    flow_by_pk: null,
    flow_run_by_pk: null,
    flow_group_by_pk: { id: flow.flow_group_id },
  });
  await succeeds('delete_project', { project_id: project }, false);
});
