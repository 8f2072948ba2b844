import { expect, test } from 'vitest';
import { nobody, unique } from './support/expectations.ts';
import { document, mutate, query, refused, succeeds } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import { emptyFlow, newProject, newTenant, readRun, setFlowRun, startRun } from './support/world.ts';

servePrefect1();

const AGENT = document<{ agent_by_pk: { labels: string[]; agent_config_id: string | null } | null }>(
  'query($id: uuid!) { agent_by_pk(id: $id) { id tenant_id agent_config_id name type core_version labels last_queried } }',
);
const readAgent = async (id: string) => (await query(AGENT, { id })).agent_by_pk;
const register = async (input: object, headers = {}) =>
  (await mutate('register_agent', { type: 'LocalAgent', ...input }, { headers })).id;

test('an agent that registers again is the same agent', async () => {
  const [tenant_id, name] = [await newTenant(), unique('agent')];
  const identity = { tenant_id, name, labels: ['b', 'a'] };
  const first = await register(identity);
  expect(await readAgent(first)).toMatchObject({
    tenant_id,
    name,
    type: 'LocalAgent',
    core_version: '1.4.1',
    labels: ['a', 'b'],
  });
  expect(await register(identity)).toBe(first);
  expect(await register({ ...identity, labels: ['a', 'b'] })).toBe(first);
  expect(new Set(await Promise.all([1, 2, 3].map(() => register(identity))))).toEqual(new Set([first]));
  const others = [
    await register({ ...identity, labels: ['a'] }),
    await register({ ...identity, name: unique('agent') }),
    await register({ ...identity, type: 'DockerAgent' }),
    await register(identity, { 'x-prefect-core-version': '1.3.0' }),
  ];
  expect(new Set([first, ...others]).size).toBe(5);
});

test('an agent needs a known tenant', async () => {
  await refused('register_agent', { type: 'LocalAgent' }, 'No tenant found.');
  await refused('register_agent', { type: 'LocalAgent', tenant_id: nobody() }, 'Foreign key violation.');
  await refused('create_agent_config', { tenant_id: nobody() }, 'Foreign key violation.');
});

const CONFIG = document<{ agent_config: object[] }>(
  'query($id: uuid!) { agent_config(where: { id: { _eq: $id } }) { id tenant_id name settings } }',
);
const readConfig = async (id: string) => (await query(CONFIG, { id })).agent_config;

test('an agent configuration is replaced by field and deleting it leaves its agents without one', async () => {
  const tenant_id = await newTenant();
  const { id } = await mutate('create_agent_config', { tenant_id, name: 'one', settings: { a: 1, b: 2 } });
  expect(await readConfig(id)).toEqual([{ id, tenant_id, name: 'one', settings: { a: 1, b: 2 } }]);
  await succeeds('update_agent_config', { agent_config_id: id, settings: { c: 3 } });
  expect(await readConfig(id)).toEqual([{ id, tenant_id, name: 'one', settings: { c: 3 } }]);
  await succeeds('update_agent_config', { agent_config_id: id, name: 'two' });
  expect(await readConfig(id)).toEqual([{ id, tenant_id, name: 'two', settings: { c: 3 } }]);
  await refused('update_agent_config', { agent_config_id: id }, /at least any one of/);

  const agent = await register({ tenant_id, name: unique('agent'), labels: [], agent_config_id: id });
  expect(await readAgent(agent)).toMatchObject({ agent_config_id: id });
  await succeeds('delete_agent_config', { agent_config_id: id });
  expect(await readConfig(id)).toEqual([]);
  expect(await readAgent(agent)).toMatchObject({ agent_config_id: null });
  await succeeds('delete_agent_config', { agent_config_id: id }, false);
  await succeeds('update_agent_config', { agent_config_id: id, name: 'x' }, false);
});

test('deleting an agent keeps its runs without an agent', async () => {
  const tenant_id = await newTenant();
  const agent = await register({ tenant_id, name: unique('agent') });
  const run = await startRun((await emptyFlow({ project: await newProject(tenant_id) })).id);
  await setFlowRun(run, 'Submitted', { 'x-prefect-agent-id': agent });
  expect(await readRun(run)).toMatchObject({ agent_id: agent });
  await succeeds('delete_agent', { agent_id: agent });
  expect(await readAgent(agent)).toBeNull();
  expect(await readRun(run)).toMatchObject({ agent_id: null, state: 'Submitted' });
  await succeeds('delete_agent', { agent_id: agent }, false);
});
