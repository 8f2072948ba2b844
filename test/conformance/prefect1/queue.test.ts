import { expect, test } from 'vitest';
import { expectRecent, inSeconds, nobody, unique } from './support/expectations.ts';
import { document, expectError, mutate, mutationDocument, post, query } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import type { Part } from './support/serializedFlows.ts';
import {
  basicFlow,
  emptyFlow,
  newProject,
  newTenant,
  readRun,
  setFlowRun,
  setTaskRun,
  startRun,
  state,
} from './support/world.ts';

servePrefect1();

const past = (seconds = 60) => inSeconds(-seconds);

/** Creates a tenant, which has its own queue. */
async function queue({ tasks = false } = {}) {
  const tenant_id = await newTenant();
  const project = await newProject(tenant_id);
  const flow = await (tasks ? basicFlow({ project }) : emptyFlow({ project }));
  return {
    tenant_id,
    add: (input: Part = {}) => startRun(flow.id, { scheduled_start_time: past(), ...input }),
    poll: async (input: Part = {}, headers = {}) =>
      (await mutate('get_runs_in_queue', { tenant_id, ...input }, { headers })).flow_run_ids,
  };
}

test('the queue contains the runs that are due', async () => {
  const { add, poll } = await queue();
  const due = await add();
  const later = await add({ scheduled_start_time: inSeconds(600) });
  expect(await poll()).toEqual([due]);
  expect(await poll({ before: inSeconds(700) })).toEqual([due, later]);
});

test('an agent gets runs whose labels it has all of', async () => {
  const { add, poll } = await queue();
  const run = await add({ labels: ['a', 'b'] });
  for (const labels of [
    ['a', 'b'],
    ['b', 'a'],
    ['a', 'b', 'c'],
  ])
    expect(await poll({ labels })).toEqual([run]);
  for (const labels of [['a'], ['a', 'c'], ['x'], []]) expect(await poll({ labels })).toEqual([]);
});

test('an agent with labels gets no run without labels', async () => {
  const { add, poll } = await queue();
  const run = await add({ labels: [] });
  expect(await poll({ labels: ['a'] })).toEqual([]);
  expect(await poll({ labels: [] })).toEqual([run]);
});

test.each(['Scheduled', 'Retrying', 'Resume', 'Queued'])(
  'a running flow run is in the queue for a %s task run that is due',
  async (type) => {
    const { add, poll } = await queue({ tasks: true });
    const run = await add({ labels: ['a'] });
    await setFlowRun(run, 'Running');
    expect(await poll({ labels: ['a'] })).toEqual([]);
    const { id } = (await readRun(run)).taskRun('t1');
    await setTaskRun(id, state(type, { start_time: inSeconds(600) }));
    expect(await poll({ labels: ['a'] }), 'in ten minutes').toEqual([]);
    await setTaskRun(id, state(type, { start_time: past() }));
    expect(await poll({ labels: ['a'] })).toEqual([run]);
    expect(await poll({ labels: ['b'] }), 'another label').toEqual([]);
    await setTaskRun(id, 'Success');
    expect(await poll({ labels: ['a'] }), 'task run is done').toEqual([]);
  },
);

test.each(['Submitted', 'Running', 'Success', 'Failed', 'Cancelled', 'Paused'])(
  'a %s flow run is not in the queue',
  async (type) => {
    const { add, poll } = await queue();
    const run = await add();
    expect(await poll()).toEqual([run]);
    await setFlowRun(run, type);
    expect(await poll()).toEqual([]);
  },
);

test('the queue returns the 25 runs that have been due longest', async () => {
  const { add, poll } = await queue();
  const now = Date.now();
  const byAge: string[] = [];
  // Created in another order than they are due.
  for (const place of Array.from({ length: 50 }, (_, index) => (index * 17) % 50))
    byAge[place] = await add({ scheduled_start_time: inSeconds(place * 10 - 3600, now) });
  expect(await poll()).toEqual(byAge.slice(0, 25));
});

test('runs for other agents do not hide runs in the queue', async () => {
  const { add, poll } = await queue();
  for (let count = 0; count < 80; count++) await add({ labels: ['other'], scheduled_start_time: past(600) });
  const mine = await add({ labels: ['mine'] });
  expect(await poll({ labels: ['mine'] })).toEqual([mine]);
});

test('the queue needs a tenant', async () => {
  const answer = await post(mutationDocument('get_runs_in_queue'), { input: { tenant_id: null, labels: [] } });
  expect(answer.status).toBe(400);
  // Newer versions of graphql-js quote the type's name. No client compares this text.
  expectError(answer, /at "input\.tenant_id"; Expected non-nullable type "?UUID!"? not to be null\./);
});

const AGENT = document<{ agent_by_pk: { last_queried: string } }>(
  'query($id: uuid!) { agent_by_pk(id: $id) { id last_queried } }',
);

test('a poll stores the time of its agent', async () => {
  const { tenant_id, poll } = await queue();
  const { id } = await mutate('register_agent', { tenant_id, type: 'LocalAgent', name: unique('agent') });
  const before = (await query(AGENT, { id })).agent_by_pk.last_queried;
  await poll({}, { 'x-prefect-agent-id': id });
  const after = (await query(AGENT, { id })).agent_by_pk.last_queried;
  expect(Date.parse(after)).toBeGreaterThanOrEqual(Date.parse(before));
  expect(after).not.toBe(before);
  expectRecent(after);
  for (const stranger of [nobody(), 'no id']) expect(await poll({}, { 'x-prefect-agent-id': stranger })).toEqual([]);
});
