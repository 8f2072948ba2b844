import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApi } from './testApi.ts';

let api: Awaited<ReturnType<typeof testApi>>;
let flowId: string;
beforeAll(async () => {
  api = await testApi();
  flowId = (await api.run('mutation { createFlow(input: { name: "flow" }) { flow { id } } }')).createFlow.flow.id;
});
afterAll(() => api.close());

const inputType = (mutation: string) => `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
const document = (mutation: string, selection: string) =>
  `mutation ($input: ${inputType(mutation)}!) { made: ${mutation}(input: $input) { ${selection} } }`;
const mutate = async (mutation: string, input: object, selection: string) =>
  (await api.run(document(mutation, selection), { input })).made;

const newPool = async (rest: object = {}) =>
  (await mutate('createWorkPool', { name: v7(), type: 'process', ...rest }, 'workPool { id name defaultQueue { id } }'))
    .workPool;
const newQueue = async (workPoolName: string, name: string, rest: object = {}) =>
  (await mutate('createWorkQueue', { workPoolName, name, ...rest }, 'workQueue { id name priority }')).workQueue;
const newRun = async (workPoolName: string, rest: object = {}) =>
  (
    await mutate(
      'createFlowRun',
      { flowId, workPoolName, state: { type: 'SCHEDULED' }, ...rest },
      'flowRun { id name workQueueName workPoolName }',
    )
  ).flowRun;
const poll = async (workPoolName: string, rest: object = {}): Promise<string[]> =>
  (await mutate('pollWorkPool', { workPoolName, ...rest }, 'flowRuns { name }')).flowRuns.map(
    ({ name }: { name: string }) => name,
  );
const at = (time: string) => ({ type: 'SCHEDULED', details: { scheduledTime: time } });
const priorities = async (id: string): Promise<string[]> =>
  (
    await api.run('query ($id: ID!) { workPool(id: $id) { workQueues { totalCount nodes { name priority } } } }', {
      id,
    })
  ).workPool.workQueues.nodes.map(({ name, priority }: { name: string; priority: number }) => `${priority} ${name}`);

describe('a work pool', () => {
  test('a new work pool has a default queue', async () => {
    const pool = await newPool({ description: 'a pool', concurrencyLimit: 3, baseJobTemplate: { a: 1 } });
    const { workPoolByName, node } = await api.run(
      `query ($name: String!, $id: ID!) {
        workPoolByName(name: $name) { type description concurrencyLimit isPaused baseJobTemplate activeRunCount }
        node(id: $id) { ... on WorkQueue { name priority workPool { name } } }
      }`,
      { name: pool.name, id: pool.defaultQueue.id },
    );
    expect(workPoolByName).toEqual({
      type: 'process',
      description: 'a pool',
      concurrencyLimit: 3,
      isPaused: false,
      baseJobTemplate: { a: 1 },
      activeRunCount: 0,
    });
    expect(node).toEqual({ name: 'default', priority: 1, workPool: { name: pool.name } });
  });

  test('work pools and queues can be filtered', async () => {
    const pool = await newPool({ type: v7() });
    const query = `query ($type: String!) {
      workPools(filter: { type: { in: [$type] } }) { totalCount nodes { name } }
      workQueues(filter: { workPool: { type: { in: [$type] } } }) { totalCount nodes { name } }
    }`;
    const type = (await api.run('query ($id: ID!) { workPool(id: $id) { type } }', { id: pool.id })).workPool.type;
    expect(await api.run(query, { type })).toEqual({
      workPools: { totalCount: 1, nodes: [{ name: pool.name }] },
      workQueues: { totalCount: 1, nodes: [{ name: 'default' }] },
    });
  });

  test('updating a work pool changes the given fields and null removes its limit', async () => {
    const { id } = await newPool({ concurrencyLimit: 3, description: 'a' });
    const selection = 'workPool { isPaused concurrencyLimit description }';
    expect(await mutate('updateWorkPool', { workPoolId: id, isPaused: true }, selection)).toEqual({
      workPool: { isPaused: true, concurrencyLimit: 3, description: 'a' },
    });
    expect(await mutate('updateWorkPool', { workPoolId: id, concurrencyLimit: null }, selection)).toEqual({
      workPool: { isPaused: true, concurrencyLimit: null, description: 'a' },
    });
  });

  test('deleting a work pool leaves its runs and deployments without a queue', async () => {
    const pool = await newPool();
    const run = await newRun(pool.name);
    const input = { flowId, name: v7(), workPoolName: pool.name };
    const { deployment } = await mutate('createDeployment', input, 'deployment { id workQueueId }');
    expect(deployment.workQueueId).toBe(pool.defaultQueue.id);
    await mutate('deleteWorkPool', { workPoolId: pool.id }, 'workPoolId');
    const after = await api.run(
      'query ($run: ID!, $deployment: ID!) { flowRun(id: $run) { workQueueId } deployment(id: $deployment) { workQueue { id } } }',
      { run: run.id, deployment: deployment.id },
    );
    expect(after).toEqual({ flowRun: { workQueueId: null }, deployment: { workQueue: null } });
  });
});

describe('a queue', () => {
  test('a new work queue takes the first free priority or shifts the others', async () => {
    const pool = await newPool();
    await newQueue(pool.name, 'b');
    await newQueue(pool.name, 'd', { priority: 4 });
    await newQueue(pool.name, 'c');
    expect(await priorities(pool.id)).toEqual(['1 default', '2 b', '3 c', '4 d']);
    const first = await newQueue(pool.name, 'a', { priority: 1 });
    expect(await priorities(pool.id)).toEqual(['1 a', '2 default', '3 b', '4 c', '5 d']);
    await mutate('updateWorkQueue', { workQueueId: first.id, priority: 3 }, 'workQueue { id }');
    expect(await priorities(pool.id)).toEqual(['2 default', '3 a', '4 b', '5 c', '6 d']);
    await mutate('deleteWorkQueue', { workQueueId: first.id }, 'workQueueId');
    expect(await priorities(pool.id)).toEqual(['2 default', '4 b', '5 c', '6 d']);
  });

  test('a work queue is found by its name and can be renamed', async () => {
    const pool = await newPool();
    const queue = await newQueue(pool.name, 'a');
    await mutate('updateWorkQueue', { workQueueId: queue.id, name: 'b', description: 'other' }, 'workQueue { id }');
    const query = `query ($pool: String!) {
      a: workQueueByName(workPoolName: $pool, name: "a") { id }
      b: workQueueByName(workPoolName: $pool, name: "b") { id description }
    }`;
    expect(await api.run(query, { pool: pool.name })).toEqual({ a: null, b: { id: queue.id, description: 'other' } });
  });
});

describe('a poll', () => {
  test('a poll returns runs by the priority of their queues and then by due time', async () => {
    const pool = await newPool();
    await newQueue(pool.name, 'first', { priority: 1 });
    await newRun(pool.name, { name: 'c', state: at('2026-01-01T00:00:00Z') });
    await newRun(pool.name, { name: 'b', state: at('2026-01-03T00:00:00Z'), workQueueName: 'first' });
    await newRun(pool.name, { name: 'a', state: at('2026-01-02T00:00:00Z'), workQueueName: 'first' });
    await newRun(pool.name, { name: 'at work', state: { type: 'RUNNING' } });
    expect(await poll(pool.name)).toEqual(['a', 'b', 'c']);
    expect(await poll(pool.name, { limit: 2 })).toEqual(['a', 'b']);
    expect(await poll(pool.name, { workQueueNames: ['default'] })).toEqual(['c']);
    expect(await poll(pool.name, { scheduledBefore: '2026-01-02T12:00:00Z' })).toEqual(['a', 'c']);
    expect(await poll(pool.name, { limit: 0 })).toEqual([]);
  });

  test.each(['PENDING', 'RUNNING', 'CANCELLING'])(
    'a poll returns no more runs than fit into pool and queue with %s runs',
    async (type) => {
      const pool = await newPool({ concurrencyLimit: 3 });
      await newQueue(pool.name, 'narrow', { concurrencyLimit: 2 });
      for (const name of ['a', 'b', 'c'])
        await newRun(pool.name, { name, state: at(`2026-01-01T00:0${name.charCodeAt(0) - 97}:00Z`) });
      for (const name of ['x', 'y'])
        await newRun(pool.name, { name, workQueueName: 'narrow', state: at('2026-02-01T00:00:00Z') });
      expect(await poll(pool.name)).toEqual(['a', 'b', 'c']);
      await newRun(pool.name, { state: { type }, workQueueName: 'narrow' });
      expect(await poll(pool.name)).toEqual(['a', 'b']);
      expect(await poll(pool.name, { workQueueNames: ['narrow'] })).toEqual(['x']);
      const { workPool } = await api.run('query ($id: ID!) { workPool(id: $id) { activeRunCount } }', { id: pool.id });
      expect(workPool.activeRunCount).toBe(1);
    },
  );

  test('a poll returns no runs of paused pools and queues', async () => {
    const pool = await newPool();
    const queue = await newQueue(pool.name, 'q');
    await newRun(pool.name, { name: 'a' });
    await newRun(pool.name, { name: 'b', workQueueName: 'q' });
    await mutate('updateWorkQueue', { workQueueId: queue.id, isPaused: true }, 'workQueue { id }');
    expect(await poll(pool.name)).toEqual(['a']);
    await mutate('updateWorkPool', { workPoolId: pool.id, isPaused: true }, 'workPool { id }');
    expect(await poll(pool.name)).toEqual([]);
  });

  test('a poll stores its time and the heartbeat of its worker', async () => {
    const pool = await newPool();
    await newQueue(pool.name, 'other');
    await poll(pool.name, { workQueueNames: ['default'], workerName: 'w' });
    const { workPool } = await api.run(
      `query ($id: ID!) { workPool(id: $id) {
        workQueues { nodes { name lastPolled } }
        workers { totalCount nodes { id name isOnline heartbeatIntervalSeconds } }
      } }`,
      { id: pool.id },
    );
    expect(workPool.workQueues.nodes).toEqual([
      { name: 'default', lastPolled: expect.any(String) },
      { name: 'other', lastPolled: null },
    ]);
    expect(workPool.workers).toMatchObject({
      totalCount: 1,
      nodes: [{ name: 'w', isOnline: true, heartbeatIntervalSeconds: 30 }],
    });
    const beat = { workPoolName: pool.name, name: 'w', heartbeatIntervalSeconds: 5 };
    const selection = 'worker { id heartbeatIntervalSeconds workPool { name } }';
    const { worker } = await mutate('workerHeartbeat', beat, selection);
    expect(worker).toEqual({
      id: workPool.workers.nodes[0].id,
      heartbeatIntervalSeconds: 5,
      workPool: { name: pool.name },
    });
    await mutate('deleteWorker', { workerId: worker.id }, 'workerId');
    expect((await api.run('query ($id: ID!) { node(id: $id) { id } }', { id: worker.id })).node).toBeNull();
  });
});

describe('rejected requests about work pools', () => {
  const pool = { id: '', name: '' };
  let queueId: string;
  beforeAll(async () => {
    Object.assign(pool, await newPool());
    queueId = (await newQueue(pool.name, 'queue')).id;
  });
  const UNKNOWN = v7();
  const schema = (variables: unknown) => ({ name: v7(), type: 't', baseJobTemplate: { variables } });

  test.each<[string, string, () => object, string]>([
    ['a pool with a used name', 'createWorkPool', () => ({ name: pool.name, type: 't' }), 'CONFLICT'],
    ['a pool without a name', 'createWorkPool', () => ({ name: '', type: 't' }), 'BAD_USER_INPUT'],
    ['a pool with a slash in its name', 'createWorkPool', () => ({ name: 'a/b', type: 't' }), 'BAD_USER_INPUT'],
    ['a negative limit', 'createWorkPool', () => ({ name: v7(), type: 't', concurrencyLimit: -1 }), 'BAD_USER_INPUT'],
    ['a text instead of a schema', 'createWorkPool', () => schema('x'), 'BAD_USER_INPUT'],
    ['an invalid schema', 'createWorkPool', () => schema({ type: 'colour' }), 'BAD_USER_INPUT'],
    [
      'a default that does not fit its schema',
      'createWorkPool',
      () => schema({ properties: { cpu: { type: 'number', default: 'x' } } }),
      'BAD_USER_INPUT',
    ],
    ['an unknown pool', 'updateWorkPool', () => ({ workPoolId: UNKNOWN, isPaused: true }), 'NOT_FOUND'],
    ['null instead of a boolean', 'updateWorkPool', () => ({ workPoolId: pool.id, isPaused: null }), 'BAD_USER_INPUT'],
    ['the deletion of an unknown pool', 'deleteWorkPool', () => ({ workPoolId: UNKNOWN }), 'NOT_FOUND'],
    ['a queue with a used name', 'createWorkQueue', () => ({ workPoolName: pool.name, name: 'queue' }), 'CONFLICT'],
    ['a queue in an unknown pool', 'createWorkQueue', () => ({ workPoolName: 'no', name: 'q' }), 'REFERENCE_NOT_FOUND'],
    [
      'a priority of 0',
      'createWorkQueue',
      () => ({ workPoolName: pool.name, name: 'q', priority: 0 }),
      'BAD_USER_INPUT',
    ],
    ['a change to a used name', 'updateWorkQueue', () => ({ workQueueId: queueId, name: 'default' }), 'CONFLICT'],
    ['an unknown queue', 'updateWorkQueue', () => ({ workQueueId: UNKNOWN, name: 'x' }), 'NOT_FOUND'],
    ['the deletion of an unknown queue', 'deleteWorkQueue', () => ({ workQueueId: UNKNOWN }), 'NOT_FOUND'],
    ['a poll of an unknown pool', 'pollWorkPool', () => ({ workPoolName: 'no' }), 'NOT_FOUND'],
    [
      'a poll of an unknown queue',
      'pollWorkPool',
      () => ({ workPoolName: pool.name, workQueueNames: ['no'] }),
      'NOT_FOUND',
    ],
    [
      'a poll for more than 200 runs',
      'pollWorkPool',
      () => ({ workPoolName: pool.name, limit: 201 }),
      'LIMIT_EXCEEDED',
    ],
    [
      'a poll for a negative number of runs',
      'pollWorkPool',
      () => ({ workPoolName: pool.name, limit: -1 }),
      'BAD_USER_INPUT',
    ],
    ['a worker of an unknown pool', 'workerHeartbeat', () => ({ workPoolName: 'no', name: 'w' }), 'NOT_FOUND'],
    [
      'a heartbeat every 0 seconds',
      'workerHeartbeat',
      () => ({ workPoolName: pool.name, name: 'w', heartbeatIntervalSeconds: 0 }),
      'BAD_USER_INPUT',
    ],
    ['an unknown worker', 'deleteWorker', () => ({ workerId: UNKNOWN }), 'NOT_FOUND'],
    ['a run in an unknown pool', 'createFlowRun', () => ({ flowId, workPoolName: 'no' }), 'REFERENCE_NOT_FOUND'],
    [
      'a run in an unknown queue',
      'createFlowRun',
      () => ({ flowId, workPoolName: pool.name, workQueueName: 'no' }),
      'REFERENCE_NOT_FOUND',
    ],
    ['a run in a queue without a pool', 'createFlowRun', () => ({ flowId, workQueueName: 'queue' }), 'BAD_USER_INPUT'],
  ])('%s is rejected by %s', async (_, mutation, input, code) => {
    expect(await api.refusal(document(mutation, '__typename'), { input: input() })).toMatchObject({ code });
  });

  test('a default queue cannot be deleted or renamed', async () => {
    const { defaultQueue } = await newPool();
    const input = { workQueueId: defaultQueue.id };
    const deletion = await api.refusal(document('deleteWorkQueue', '__typename'), { input });
    const renaming = await api.refusal(document('updateWorkQueue', '__typename'), { input: { ...input, name: 'x' } });
    expect([deletion.code, renaming.code]).toEqual(['FAILED_PRECONDITION', 'FAILED_PRECONDITION']);
  });
});

test('a repeated creation of a work pool has the same answer', async () => {
  const input = { name: v7(), type: 'process', idempotencyKey: v7() };
  const first = await mutate('createWorkPool', input, 'workPool { id }');
  expect(await mutate('createWorkPool', input, 'workPool { id }')).toEqual(first);
});
