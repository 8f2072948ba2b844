import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/actions/writing/newId.ts';
import type { Viewer } from '../../src/core/values/viewer.ts';
import { testApi } from './testApi.ts';

let api: Awaited<ReturnType<typeof testApi>>;
let flowId: string;
let deploymentId: string;
let flowRunIds: string[];
let taskRunId: string;

// biome-ignore lint/suspicious/noExplicitAny: the document gives the type.
const mutate = async (name: string, input: object, selection: string): Promise<any> => {
  const type = `${name.replace(/^./, (letter) => letter.toUpperCase())}Input`;
  return (await api.run(`mutation ($input: ${type}!) { made: ${name}(input: $input) { ${selection} } }`, { input }))
    .made;
};

beforeAll(async () => {
  api = await testApi();
  flowId = (await mutate('createFlow', { name: 'etl' }, 'flow { id }')).flow.id;
  deploymentId = (await mutate('createDeployment', { flowId, name: 'nightly' }, 'deployment { id }')).deployment.id;
  const options = { deploymentId, limit: 2, collisionStrategy: 'CANCEL_NEW', gracePeriodSeconds: 600 };
  await mutate('setDeploymentConcurrencyLimit', options, 'deployment { id }');
  flowRunIds = [];
  for (let count = 0; count < 3; count += 1) {
    const run = { flowId, deploymentId, state: { type: 'SCHEDULED' } };
    const { id } = (await mutate('createFlowRun', run, 'flowRun { id }')).flowRun;
    flowRunIds.push(id);
    await mutate('setFlowRunState', { flowRunId: id, state: { type: 'PENDING' } }, 'verdict');
  }
  await mutate('createConcurrencyLimit', { tag: 'gpu', limit: 4 }, 'created');
  const task = { taskKey: 'train', dynamicKey: '0', tags: ['gpu'] };
  taskRunId = (await mutate('createTaskRun', task, 'taskRun { id }')).taskRun.id;
  await mutate('setTaskRunState', { taskRunId, state: { type: 'RUNNING' } }, 'verdict');
});
afterAll(() => api.close());

const HOLDERS = `holders { totalCount nodes { leaseId since expires flowRunId flowRun { name stateName } taskRunId taskRun { taskKey } } }`;

test('a deployment returns its limit and the holders of its slots', async () => {
  const { deployment } = await api.run(
    `query ($id: ID!) { deployment(id: $id) { collisionStrategy gracePeriodSeconds activeSlots concurrencyLimit {
      name tag deploymentId deployment { name } limit active activeSlots ${HOLDERS} } } }`,
    { id: deploymentId },
  );
  const { concurrencyLimit, ...settings } = deployment;
  expect(settings).toEqual({ collisionStrategy: 'CANCEL_NEW', gracePeriodSeconds: 600, activeSlots: 2 });
  const { holders, ...limit } = concurrencyLimit;
  expect(limit).toEqual({
    name: `deployment:${deploymentId}`,
    tag: null,
    deploymentId,
    deployment: { name: 'nightly' },
    limit: 2,
    active: true,
    activeSlots: 2,
  });
  expect(holders.totalCount).toBe(2);
  expect(holders.nodes.map(({ flowRunId }: { flowRunId: string }) => flowRunId)).toEqual(flowRunIds.slice(0, 2));
  expect(holders.nodes[0]).toMatchObject({ flowRun: { stateName: 'Pending' }, taskRunId: null, taskRun: null });
  const [{ since, expires }] = holders.nodes;
  const seconds = (Date.parse(expires) - Date.parse(since)) / 1000;
  expect(Math.round(seconds)).toBe(600);
});

test('a tag limit returns the holders of its slots', async () => {
  const { concurrencyLimit } = await api.run(`{ concurrencyLimit(tag: "gpu") { name tag limit ${HOLDERS} } }`);
  expect(concurrencyLimit).toMatchObject({ name: 'tag:gpu', tag: 'gpu', limit: 4, holders: { totalCount: 1 } });
  expect(concurrencyLimit.holders.nodes[0]).toMatchObject({
    expires: null,
    flowRun: null,
    taskRunId,
    taskRun: { taskKey: 'train' },
  });
});

test('limits are listed newest first with one statement per level', async () => {
  const names = await api.statements(async () => {
    const { concurrencyLimits } = await api.run(
      `{ concurrencyLimits { totalCount nodes { name activeSlots ${HOLDERS} } } }`,
    );
    expect(concurrencyLimits.totalCount).toBe(2);
    expect(concurrencyLimits.nodes.map(({ name }: { name: string }) => name)).toEqual([
      'tag:gpu',
      `deployment:${deploymentId}`,
    ]);
  });
  expect(names.sort()).toEqual([
    'concurrencyLimits.count',
    'concurrencyLimits.page',
    'concurrencySlots.countByConcurrencyLimitId',
    'concurrencySlots.countByConcurrencyLimitId',
    'concurrencySlots.ofConcurrencyLimitId',
    'flowRuns.byId',
    'taskRuns.byId',
  ]);
});

test('one statement reads the limits of several deployments', async () => {
  const other = (await mutate('createDeployment', { flowId, name: 'hourly' }, 'deployment { id }')).deployment.id;
  const names = await api.statements(() =>
    api.run(
      `query ($a: ID!, $b: ID!) {
        a: deployment(id: $a) { collisionStrategy concurrencyLimit { limit } activeSlots }
        b: deployment(id: $b) { gracePeriodSeconds activeSlots }
      }`,
      { a: deploymentId, b: other },
    ),
  );
  expect(names).toEqual(['deployments.byId', 'deployments.concurrency', 'concurrencySlots.countByConcurrencyLimitId']);
});

describe('queries for a concurrency limit', () => {
  test.each(['id', 'name', 'tag'])('a concurrency limit is found by its %s', async (by) => {
    const { known } = await api.run('{ known: concurrencyLimit(tag: "gpu") { id name tag } }');
    const type = by === 'id' ? 'ID' : 'String';
    const query = `query ($value: ${type}) { concurrencyLimit(${by}: $value) { id } }`;
    expect((await api.run(query, { value: known[by] })).concurrencyLimit).toEqual({ id: known.id });
  });

  test('a concurrency limit is a node', async () => {
    const { known } = await api.run('{ known: concurrencyLimit(tag: "gpu") { id } }');
    const { node } = await api.run('query ($id: ID!) { node(id: $id) { __typename id } }', known);
    expect(node).toEqual({ __typename: 'ConcurrencyLimit', id: known.id });
  });

  test.each(['', '(tag: "gpu", name: "tag:gpu")'])(
    'a concurrency limit needs exactly one argument, not "%s"',
    async (by) => {
      expect(await api.refusal(`{ concurrencyLimit${by} { id } }`)).toMatchObject({ code: 'BAD_USER_INPUT' });
    },
  );

  test('a concurrency limit of another tenant is not found', async () => {
    const stranger: Viewer = { tenantId: newId(), role: 'ADMIN' };
    const query = '{ concurrencyLimit(tag: "gpu") { id } concurrencyLimits { nodes { id } } }';
    expect(await api.run(query, {}, stranger)).toEqual({ concurrencyLimit: null, concurrencyLimits: { nodes: [] } });
  });
});

test('null removes the limit of a deployment and a missing field leaves it unchanged', async () => {
  const id = (await mutate('createDeployment', { flowId, name: 'weekly' }, 'deployment { id }')).deployment.id;
  const set = async (options: object) =>
    (
      await mutate(
        'setDeploymentConcurrencyLimit',
        { deploymentId: id, ...options },
        'deployment { concurrencyLimit { limit } collisionStrategy gracePeriodSeconds }',
      )
    ).deployment;
  const ordinary = { concurrencyLimit: null, collisionStrategy: 'ENQUEUE', gracePeriodSeconds: 300 };
  expect(await set({})).toEqual(ordinary);
  expect(await set({ limit: 0, gracePeriodSeconds: 60 })).toEqual({
    ...ordinary,
    concurrencyLimit: { limit: 0 },
    gracePeriodSeconds: 60,
  });
  expect(await set({ collisionStrategy: 'CANCEL_NEW' })).toMatchObject({
    concurrencyLimit: { limit: 0 },
    gracePeriodSeconds: 60,
  });
  expect(await set({ limit: null, gracePeriodSeconds: null })).toEqual({
    ...ordinary,
    collisionStrategy: 'CANCEL_NEW',
  });
});

test('setting the limit of an unknown deployment is NOT_FOUND', async () => {
  const input = { deploymentId: newId(), limit: 1 };
  const document = `mutation ($input: SetDeploymentConcurrencyLimitInput!) {
    setDeploymentConcurrencyLimit(input: $input) { deployment { id } }
  }`;
  expect(await api.refusal(document, { input })).toMatchObject({ code: 'NOT_FOUND' });
});

test('tag limits are changed, reset and deleted by their tag, and a repeated request has the same answer', async () => {
  const LIMIT = 'concurrencyLimit { limit active activeSlots }';
  expect(await mutate('createConcurrencyLimit', { tag: 'db', limit: 1 }, `created ${LIMIT}`)).toEqual({
    created: true,
    concurrencyLimit: { limit: 1, active: true, activeSlots: 0 },
  });
  expect(await mutate('updateConcurrencyLimit', { tag: 'db', active: false }, LIMIT)).toEqual({
    concurrencyLimit: { limit: 1, active: false, activeSlots: 0 },
  });
  const reset = { tag: 'gpu', idempotencyKey: 'once' };
  for (const _ of ['first', 'again'])
    expect(await mutate('resetConcurrencyLimit', reset, 'releasedSlots')).toEqual({ releasedSlots: 1 });
  const deleted = { tag: 'db', idempotencyKey: 'once' };
  for (const _ of ['first', 'again'])
    expect(await mutate('deleteConcurrencyLimit', deleted, 'tag')).toEqual({ tag: 'db' });
});

test('a client can renew a concurrency lease', async () => {
  const { flowRun } = await api.run(
    'query ($id: ID!) { flowRun(id: $id) { state { details { deploymentConcurrencyLeaseId } } } }',
    { id: flowRunIds[0] },
  );
  const leaseId = flowRun.state.details.deploymentConcurrencyLeaseId;
  const { holder } = await mutate(
    'renewConcurrencyLease',
    { leaseId, seconds: 86_400 },
    'holder { leaseId flowRunId }',
  );
  expect(holder).toEqual({ leaseId, flowRunId: flowRunIds[0] });
});
