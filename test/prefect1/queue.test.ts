import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runsInQueue } from '../../src/actions/agents/runsInQueue.ts';
import { addSeconds, type Instant } from '../../src/core/values/instant.ts';
import { viewer } from '../support/engine.ts';
import { insertRows, insertTenant, NOON } from '../support/rows.ts';
import { openRunWorld, type RunWorld } from './runWorld.ts';

let t: RunWorld;
let flowId: string;
beforeAll(async () => {
  t = await openRunWorld();
});
afterAll(() => t.close());

// One queue for all tests of this file: each test has its own labels.
const poll = (labels: string[], before: Instant = NOON) =>
  runsInQueue(t.engine, viewer, { tenantId: viewer.tenantId, before, labels, agentId: null });
const add = async (labels: string[], seconds = -60) => {
  flowId ??= (await t.register()).id;
  return t.start(flowId, { labels, scheduledStartTime: addSeconds(NOON, seconds) });
};

test('a flow run is in the queue from its due time until its state changes', async () => {
  const due = await add(['due']);
  await add(['due'], 60);
  expect(await poll(['due'])).toEqual([due]);
  await t.setFlowRun(due, { type: 'Submitted' });
  expect(await poll(['due'])).toEqual([]);
});

test('an agent gets runs whose labels it has and an agent without labels gets runs without labels', async () => {
  const [run, plain] = [await add(['a', 'b']), await add([])];
  for (const labels of [
    ['a', 'b'],
    ['b', 'a'],
    ['c', 'b', 'a'],
  ])
    expect(await poll(labels)).toEqual([run]);
  for (const labels of [['a'], ['a', 'c'], ['x']]) expect(await poll(labels)).toEqual([]);
  expect(await poll([])).toEqual([plain]);
});

test('the queue returns the 25 runs that have been due longest, even after many with other labels', async () => {
  for (let index = 0; index < 80; index += 1) await add(['others'], -10_000 - index);
  const mine: string[] = [];
  for (let index = 0; index < 30; index += 1) mine.push(await add(['mine'], index - 1000));
  expect(await poll(['mine'])).toEqual(mine.slice(0, 25));
});

test('a running flow run is in the queue while one of its task runs is due', async () => {
  const { id, tasks } = await t.register();
  const run = await t.start(id, { labels: ['retry'] });
  await t.setFlowRun(run, { type: 'Running' });
  const taskRun = await t.child(run, tasks[0] ?? '');
  expect(await poll(['retry'])).toEqual([]);
  await t.setTaskRun(taskRun, { type: 'Retrying', start_time: '2026-11-21T12:01:00+00:00' });
  expect(await poll(['retry'])).toEqual([]);
  expect(await poll(['retry'], addSeconds(NOON, 60))).toEqual([run]);
  await t.setTaskRun(taskRun, { type: 'Success' });
  expect(await poll(['retry'], addSeconds(NOON, 60))).toEqual([]);
});

test('the queue contains no paused runs and no runs of other tenants, and stores the poll of the agent', async () => {
  const run = await add(['paused']);
  await t.setFlowRun(run, { type: 'Paused' });
  expect(await poll(['paused'])).toEqual([]);
  const other = { tenantId: await insertTenant(t.test.database), role: 'ADMIN' } as const;
  const asked = { tenantId: viewer.tenantId, before: NOON, labels: ['a', 'b'], agentId: null };
  expect(await runsInQueue(t.engine, other, asked)).toEqual([]);
  const agentId = v7();
  await insertRows(t.test.database, 'agent', [{ id: agentId, tenantId: viewer.tenantId, labels: [], updated: NOON }]);
  await runsInQueue(t.engine, viewer, { ...asked, agentId });
  const [agent] = await t.rows('select last_queried is not null as noted from agent where id = $1', [agentId]);
  expect(agent).toEqual({ noted: true });
});
