import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role, Viewer } from '../../src/core/values/viewer.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { insert, openReadWorld, type ReadWorld } from './readWorld.ts';

let world: ReadWorld;
beforeAll(async () => {
  world = await openReadWorld();
  const { database } = world;
  await insert(database, 'cloud_hook', { states: ['FAILED'], config: { url: 'https://hooks.example/secret' } });
  const agentConfigId = await insert(database, 'agent_config', { name: 'config', settings: { token: 'secret', n: 1 } });
  await insert(database, 'agent', { agentConfigId, type: 'local', labels: [] });
});
afterAll(() => world.drop());

const as = (role: Role): Viewer => ({ tenantId: DEFAULT_TENANT_ID, role });

// Every way from a root field to a secret.
const READS: [string, string, string][] = [
  ['cloud_hook', 'cloud_hook { config }', 'url'],
  ['cloud_hook_aggregate', 'cloud_hook_aggregate { nodes { config } }', 'url'],
  ['a path', 'cloud_hook { config(path: "url") }', 'config'],
  ['agent_config', 'agent_config { settings }', 'token'],
  ['agent.agent_config', 'agent { agent_config { settings } }', 'token'],
  ['agent.agent_config.agents', 'agent { agent_config { agents { agent_config { settings } } } }', 'token'],
  ['agents_aggregate', 'agent_config { agents_aggregate { nodes { agent_config { settings } } } }', 'token'],
];
test.each(READS)('a reader sees the keys and not the values of a secret: %s', async (_, read, key) => {
  const text = async (role: Role) => JSON.stringify(await world.read(`{ ${read} }`, {}, as(role)));
  const [reader, writer] = await Promise.all([text('READER'), text('WRITER')]);
  expect(reader).toContain('***');
  expect(reader).toContain(key);
  expect(reader).not.toContain('secret');
  expect(writer).toContain('secret');
});

const CONDITIONS: [string, string][] = [
  ['cloud_hook', 'config: { _contains: $secret }'],
  ['cloud_hook', '_not: { config: { _lt: $secret } }'],
  ['agent_config', 'settings: { _contains: $secret }'],
  ['agent', 'agent_config: { settings: { _contains: $secret } }'],
  ['agent_config', 'agents: { agent_config: { settings: { _contains: $secret } } }'],
];
test.each(CONDITIONS)('a reader cannot test a guess of a secret of %s by the condition %s', async (table, where) => {
  const document = `query($secret: jsonb!) { ${table}(where: { ${where} }) { id } }`;
  const secret = table === 'cloud_hook' ? { url: 'https://hooks.example/secret' } : { token: 'secret' };
  const count = async (role: Role) => (await world.read(document, { secret }, as(role))).data[table].length;
  expect([await count('READER'), await count('WRITER')]).toEqual([0, 1]);
});
