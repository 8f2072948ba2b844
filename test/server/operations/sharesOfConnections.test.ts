import pg from 'pg';
import { v7 } from 'uuid';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../../src/store/tenants/apiKeys.ts';
import { insertTenant } from '../../support/rows.ts';
import { waitFor } from '../../support/waitFor.ts';
import { post, type Serving, serving } from '../serving.ts';
import { openClient, receive } from '../sockets.ts';

// A lock on a table makes every read of it wait, as long as the test wants.

let served: Serving;
let locker: pg.Client;
/** Not the locker: a transaction sees the server's activity as it was at its first look. */
let observer: pg.Client;
const keys: string[] = [];
beforeAll(async () => {
  served = await serving();
  locker = new pg.Client({ connectionString: served.test.url });
  observer = new pg.Client({ connectionString: served.test.url });
  await Promise.all([locker.connect(), observer.connect()]);
  const { database } = served.engine;
  for (const name of ['first', 'second', 'third']) {
    const slug = await insertTenant(database);
    keys.push(await createApiKey(database, { id: v7(), name, role: 'ADMIN', tenant: slug }));
  }
});
afterEach(() => locker.query('rollback'));
afterAll(async () => {
  await Promise.all([locker.end(), observer.end()]);
  await served.close();
});

const lock = (table: string) => locker.query(`begin; lock table ${table} in access exclusive mode`);
/** How many statements wait for the lock. */
async function blocked(): Promise<number> {
  const { rows } = await observer.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.length;
}

const headers = (key: number) => ({ authorization: `Bearer ${keys[key]}` });
const LOGS = { query: '{ logs(filter: { message: { contains: "x" } }) { totalCount nodes { message } } }' };
const FLOWS = { query: '{ flows { totalCount } }' };

/** Sends requests, and can hang up. */
function send(count: number, body: unknown, key: number, path = '', init: RequestInit = {}) {
  const gone = new AbortController();
  const responses = Array.from({ length: count }, () =>
    fetch(`${served.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers(key) },
      body: JSON.stringify(body),
      ...init,
      signal: gone.signal,
    }),
  );
  const settled = Promise.allSettled(responses);
  return {
    async hangUp() {
      gone.abort();
      await settled;
    },
  };
}

test('slow reads of one tenant block neither another tenant, nor keys, nor readiness, nor writes', async () => {
  await lock('log');
  const slow = send(30, LOGS, 0);
  await waitFor(async () => (await blocked()) >= 3);
  // The key of the third tenant is checked for the first time.
  for (const key of [1, 2]) expect((await post(served.url, FLOWS, headers(key))).body.errors).toBeUndefined();
  expect((await fetch(served.url.replace('/graphql', '/ready'))).status).toBe(200);
  const create = { query: 'mutation { createFlow(input: { name: "meanwhile" }) { created } }' };
  expect((await post(served.url, create, headers(0))).body.data).toEqual({ createFlow: { created: true } });
  await slow.hangUp();
  await waitFor(async () => (await blocked()) === 0);
});

test.each([
  ['POST', (count: number) => send(count, LOGS, 0)],
  ['a batch', (count: number) => send(1, Array(count).fill(LOGS), 0)],
  [
    'GET',
    (count: number) => send(count, null, 0, `?query=${encodeURIComponent(LOGS.query)}`, { method: 'GET', body: null }),
  ],
])('when a client hangs up, the statements of its reads are cancelled: %s', async (_, begin) => {
  await lock('log');
  const client = begin(3);
  await waitFor(async () => (await blocked()) >= 2);
  await client.hangUp();
  await waitFor(async () => (await blocked()) === 0);
  expect(served.logged.filter(({ level }) => Number(level) >= 40)).toEqual([]);
});

test('when a client completes a query on a WebSocket, or closes the socket, its statements are cancelled', async () => {
  await lock('log');
  const client = openClient(served.url, headers(0));
  const one = receive(client, LOGS.query);
  const two = receive(client, LOGS.query);
  await waitFor(async () => (await blocked()) >= 2);
  one.stop();
  await waitFor(async () => (await blocked()) === 1);
  two.stop();
  await client.dispose();
  await waitFor(async () => (await blocked()) === 0);
});

test('when the reader of a CSV file leaves, its statement is cancelled', async () => {
  const made = { query: 'mutation { createFlow(input: { name: "csv" }) { flow { id } } }' };
  const { body } = await post<{ createFlow: { flow: { id: string } } }>(served.url, made, headers(0));
  const run = {
    query: 'mutation ($id: ID!) { createFlowRun(input: { flowId: $id }) { flowRun { id } } }',
    variables: { id: body.data.createFlow.flow.id },
  };
  const created = await post<{ createFlowRun: { flowRun: { id: string } } }>(served.url, run, headers(0));
  await lock('log');
  const url = served.url.replace('/graphql', `/flow-runs/${created.body.data.createFlowRun.flowRun.id}/logs.csv`);
  const gone = new AbortController();
  const response = await fetch(url, { headers: headers(0), signal: gone.signal });
  expect(response.status).toBe(200);
  await waitFor(async () => (await blocked()) === 1);
  gone.abort();
  await waitFor(async () => (await blocked()) === 0);
});

test('a mutation that has begun is completed when its client hangs up', async () => {
  await lock('flow');
  const client = send(1, { query: 'mutation { createFlow(input: { name: "unheard" }) { created } }' }, 0);
  await waitFor(async () => (await blocked()) === 1);
  await client.hangUp();
  expect(await blocked()).toBe(1);
  await locker.query('rollback');
  const query = '{ flows(filter: { name: { in: ["unheard"] } }) { totalCount } }';
  await waitFor(async () => {
    const { body } = await post<{ flows: { totalCount: number } }>(served.url, { query }, headers(0));
    return body.data.flows.totalCount === 1;
  });
});

test('slow filters of subscriptions leave connections to other tenants and to writes', async () => {
  const client = openClient(served.url, headers(0));
  await lock('task_run');
  for (let number = 0; number < 20; number += 1)
    receive(
      client,
      `subscription { flowRunChanges(filter: { taskRuns: { name: { contains: "${number}" } } }) { cursor } }`,
    );
  await waitFor(async () => (await blocked()) >= 3);
  expect((await post(served.url, FLOWS, headers(1))).body.errors).toBeUndefined();
  const create = { query: 'mutation { createFlow(input: { name: "besides streams" }) { created } }' };
  expect((await post(served.url, create, headers(0))).body.data).toEqual({ createFlow: { created: true } });
  await locker.query('rollback');
  await client.dispose();
});
