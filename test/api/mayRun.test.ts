import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Obstacle } from '../../src/core/workPools/mayRun.ts';
import { lateRuns } from '../../src/services/lateRuns.ts';
import { statement } from '../../src/store/connection/database.ts';
import { random } from '../support/random.ts';
import { testApi } from './testApi.ts';

// Random worlds of pools, queues, deployments and runs, in which a worker polls. The rules must accept every run that it is
// offered, and every scheduled run that it is not offered must have a reason. Both are also true for what the worker did not ask.

let t: Awaited<ReturnType<typeof testApi>>;
beforeAll(async () => {
  t = await testApi();
});
afterAll(() => t.close());

const inputType = (mutation: string) => `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
const mutate = async (mutation: string, input: object, selection: string) =>
  (
    await t.run(`mutation ($input: ${inputType(mutation)}!) { made: ${mutation}(input: $input) { ${selection} } }`, {
      input,
    })
  ).made;
const move = async (flowRunId: string, state: object, more: object = {}) =>
  mutate('setFlowRunState', { flowRunId, state, ...more }, 'verdict reason state { type name }');

/** The reasons that are obstacles (core/workPools/mayRun.ts), apart from the retry by the run's own process. */
const OBSTACLES: readonly string[] = [
  'DeploymentDeleted',
  'NoWorkQueue',
  'WorkPoolPaused',
  'WorkQueuePaused',
  'NoFreeSlot',
] satisfies Obstacle['kind'][];

const RETRIED = statement(
  'test.retriedByProcess',
  `select id from flow_run where id = any($1) and policy ->> 'retryType' = 'in_process'`,
);

interface Seen {
  stateType: string;
  workPoolName: string | null;
  workQueueName: string | null;
  reasons: string[] | null;
}

async function see(ids: readonly string[]): Promise<Map<string, Seen>> {
  const { flowRuns } = await t.run(
    `query ($ids: [ID!]!) { flowRuns(first: 200, filter: { id: { in: $ids } }) {
      nodes { id stateType workPoolName workQueueName whyNotRunning { __typename } }
    } }`,
    { ids },
  );
  return new Map(
    flowRuns.nodes.map(
      ({ id, whyNotRunning, ...seen }: Seen & { id: string; whyNotRunning: { __typename: string }[] | null }) => [
        id,
        { ...seen, reasons: whyNotRunning?.map(({ __typename }) => __typename) ?? null },
      ],
    ),
  );
}

const PAST = '2026-01-01T00:00:00Z';
const FUTURE = '2999-01-01T00:00:00Z';

async function world(seed: number) {
  const { below, one } = random(seed);
  const minute = () => `2026-01-01T00:${String(below(60)).padStart(2, '0')}:00Z`;
  const { flow } = await mutate('createFlow', { name: v7() }, 'flow { id }');
  const limit = () => one([null, null, null, 0, 1, 2, 4]);
  const pools: { id: string; name: string; queues: { id: string; name: string }[] }[] = [];
  for (let i = 0; i < 3; i++) {
    const input = { name: `pool ${i} ${v7()}`, type: 'process', concurrencyLimit: one([null, null, 4, 8]) };
    const { workPool } = await mutate('createWorkPool', input, 'workPool { id name }');
    const queues = [];
    for (const name of ['a', 'b', 'c']) {
      const queue = { workPoolName: workPool.name, name, concurrencyLimit: limit(), priority: 1 + below(3) };
      queues.push((await mutate('createWorkQueue', queue, 'workQueue { id name }')).workQueue);
    }
    pools.push({ ...workPool, queues });
  }
  const deployments: string[] = [];
  for (let i = 0; i < 8; i++) {
    const pool = one(pools);
    const place = i === 0 ? {} : { workPoolName: pool.name, workQueueName: one(pool.queues).name };
    const made = await mutate('createDeployment', { flowId: flow.id, name: v7(), ...place }, 'deployment { id }');
    deployments.push(made.deployment.id);
    const collisionStrategy = one(['ENQUEUE', 'CANCEL_NEW']);
    if (below(3) > 0)
      await mutate(
        'setDeploymentConcurrencyLimit',
        { deploymentId: made.deployment.id, limit: one([0, 1, 1, 2, 3]), collisionStrategy },
        'deployment { id }',
      );
  }
  const ids: string[] = [];
  for (let i = 0; i < 60; i++) {
    const pool = one(pools);
    const scheduledTime = one([PAST, minute(), minute(), FUTURE]);
    const state = {
      type: 'SCHEDULED',
      name: one(['Scheduled', 'Late', 'AwaitingConcurrencySlot']),
      details: { scheduledTime },
    };
    const policy = one([{}, { retries: 2, retryDelaySeconds: 0 }]);
    const { flowRun } =
      below(4) > 0
        ? await mutate('createFlowRunFromDeployment', { deploymentId: one(deployments), state }, 'flowRun { id }')
        : await mutate(
            'createFlowRun',
            { flowId: flow.id, state, policy, ...one([{}, { workPoolName: pool.name }]) },
            'flowRun { id }',
          );
    ids.push(flowRun.id);
    // Some have gone further: to work, to their end, or to a retry of either kind.
    for (const type of one([[], [], [], ['PENDING'], ['PENDING', 'RUNNING'], ['RUNNING', 'FAILED']]))
      await move(flowRun.id, { type }, { force: type === 'RUNNING' });
    if (below(6) === 0)
      await move(flowRun.id, { type: 'SCHEDULED', name: 'AwaitingRetry', details: { scheduledTime } });
  }
  for (const { id, queues } of pools) {
    if (below(4) === 0) await mutate('updateWorkPool', { workPoolId: id, isPaused: true }, 'workPool { id }');
    for (const queue of queues)
      if (below(5) === 0)
        await mutate('updateWorkQueue', { workQueueId: queue.id, isPaused: true }, 'workQueue { id }');
  }
  const gone = pools[0]?.queues.pop();
  await mutate('deleteWorkQueue', { workQueueId: gone?.id }, 'workQueueId');
  for (const deploymentId of deployments.slice(-2)) await mutate('deleteDeployment', { deploymentId }, 'deploymentId');
  return { pools, ids };
}

async function poll(workPoolName: string, more: object): Promise<string[]> {
  const { flowRuns } = await mutate('pollWorkPool', { workPoolName, ...more }, 'flowRuns { id }');
  return flowRuns.map(({ id }: { id: string }) => id);
}

test.each([1, 2, 3, 4, 5, 6])(
  'the rules accept each offered run, and every other run has a reason (world %d)',
  async (seed) => {
    const { below, one } = random(1000 + seed);
    const { pools, ids } = await world(seed);
    const before = await see(ids);
    let offers = 0;
    for (const { name, queues } of pools) {
      const offered = await poll(name, { limit: 200 });
      offers += offered.length;
      // A smaller offer is the start of the longest. An offer from some queues, or of due runs only, has no others.
      for (const limit of [0, 1, 3]) expect(await poll(name, { limit })).toEqual(offered.slice(0, limit));
      const workQueueNames = ['default', one(queues).name].slice(below(2));
      for (const id of await poll(name, { limit: 200, workQueueNames }))
        expect(workQueueNames).toContain(before.get(id)?.workQueueName);
      for (const id of await poll(name, { limit: 200, scheduledBefore: PAST }))
        expect(before.get(id)?.reasons).toContain('LateRun');

      for (const id of offered) {
        expect(before.get(id)?.workPoolName).toBe(name);
        expect([id, before.get(id)?.reasons?.filter((reason) => OBSTACLES.includes(reason))]).toEqual([id, []]);
        expect(await move(id, { type: 'PENDING' })).toMatchObject({ verdict: 'ACCEPT', state: { type: 'PENDING' } });
      }
      expect(await poll(name, { limit: 200 })).toEqual([]);
    }
    expect(offers).toBeGreaterThan(0);

    const retried = new Set((await t.database.query<{ id: string }>(RETRIED, [ids])).map(({ id }) => id));
    for (const [id, { stateType, reasons }] of await see(ids)) {
      if (stateType !== 'SCHEDULED') continue;
      const found = (reasons ?? []).filter((reason) => OBSTACLES.includes(reason));
      // A future run names the obstacles that last; the others may be gone when it is due.
      const isDue = reasons?.includes('LateRun');
      expect([id, isDue ? found.length > 0 : reasons?.length]).toEqual([
        id,
        isDue ? !retried.has(id) : expect.any(Number),
      ]);
      if (found.includes('DeploymentDeleted') || found.includes('NoFreeSlot'))
        expect((await move(id, { type: 'PENDING' })).verdict).not.toBe('ACCEPT');
    }
  },
);

test.each([
  ['ENQUEUE', 'SCHEDULED', 1],
  ['CANCEL_NEW', 'CANCELLED', 0],
])(
  'a run that finds no slot of a deployment with %s is not offered, and is %s when it is late',
  async (strategy, type, later) => {
    const workPoolName = v7();
    await mutate('createWorkPool', { name: workPoolName, type: 'process' }, 'workPool { id }');
    const { flow } = await mutate('createFlow', { name: v7() }, 'flow { id }');
    const { deployment } = await mutate(
      'createDeployment',
      { flowId: flow.id, name: v7(), workPoolName },
      'deployment { id }',
    );
    const deploymentId = deployment.id;
    await mutate(
      'setDeploymentConcurrencyLimit',
      { deploymentId, limit: 1, collisionStrategy: strategy },
      'deployment { id }',
    );
    const newRun = async () =>
      (await mutate('createFlowRunFromDeployment', { deploymentId }, 'flowRun { id }')).flowRun.id;
    const [first, second] = [await newRun(), await newRun()];
    expect(await poll(workPoolName, {})).toEqual([first]);
    await move(first, { type: 'PENDING' });
    expect(await poll(workPoolName, {})).toEqual([]);
    await lateRuns(5, 15).tick(t.engine, (Date.now() + 60_000) * 1000);
    expect((await see([second])).get(second)?.stateType).toBe(type);
    await move(first, { type: 'RUNNING' });
    await move(first, { type: 'COMPLETED' });
    expect(await poll(workPoolName, {})).toHaveLength(later);
  },
);

test('a thousand runs of deployments without a slot hide no run behind them', async () => {
  const workPoolName = v7();
  await mutate('createWorkPool', { name: workPoolName, type: 'process' }, 'workPool { id }');
  const { flow } = await mutate('createFlow', { name: v7() }, 'flow { id }');
  const deploymentIds: string[] = [];
  for (let i = 0; i < 20; i++) {
    const input = { flowId: flow.id, name: v7(), workPoolName };
    deploymentIds.push((await mutate('createDeployment', input, 'deployment { id }')).deployment.id);
  }
  const first = { type: 'SCHEDULED', details: { scheduledTime: PAST } };
  for (const deploymentId of deploymentIds) {
    await mutate('setDeploymentConcurrencyLimit', { deploymentId, limit: 0 }, 'deployment { id }');
    await Promise.all(
      Array.from({ length: 50 }, () =>
        mutate('createFlowRunFromDeployment', { deploymentId, state: first }, 'flowRun { id }'),
      ),
    );
  }
  const behind = { flowId: flow.id, workPoolName, state: { type: 'SCHEDULED' } };
  const { flowRun } = await mutate('createFlowRun', behind, 'flowRun { id }');
  expect(await poll(workPoolName, { limit: 1 })).toEqual([flowRun.id]);
});
