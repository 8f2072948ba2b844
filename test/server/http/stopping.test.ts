import { once } from 'node:events';
import http from 'node:http';
import { expect, test } from 'vitest';
import { statement } from '../../../src/store/connection/database.ts';
import { waitFor } from '../../support/waitFor.ts';
import { newRun, serving } from '../serving.ts';

const LOCK = statement('test.lock', 'select id from flow_run where id = $1 for update');
const WAITING = statement(
  'test.waiting',
  "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
);

test('a running mutation is answered when the server stops, and its connection is closed', async () => {
  const served = await serving();
  const { database } = served.test;
  const id = await newRun(served.url);
  const agent = new http.Agent({ keepAlive: true });
  const request = http.request(served.url, {
    agent,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  const answered = once(request, 'response') as Promise<[http.IncomingMessage]>; // The cast: the argument of this event.
  let stopped: Promise<void> = Promise.resolve();
  await database.transaction(async (transaction) => {
    await transaction.query(LOCK, [id]);
    const query = `mutation { setFlowRunState(input: { flowRunId: "${id}", state: { type: RUNNING } }) { state { version } } }`;
    request.end(JSON.stringify({ query }));
    await waitFor(async () => (await database.query(WAITING)).length > 0);
    stopped = served.server.stop(60_000);
  });
  const [response] = await answered;
  const body = JSON.parse((await response.toArray()).join(''));
  expect(body).toEqual({ data: { setFlowRunState: { state: { version: 2 } } } });
  expect(response.headers.connection).toBe('close');
  await stopped;
  agent.destroy();
  await served.close();
});
