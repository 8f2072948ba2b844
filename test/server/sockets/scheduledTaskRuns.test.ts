import type { Client } from 'graphql-ws/client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../support/waitFor.ts';
import { post, type Serving, serving } from '../serving.ts';
import { openClient, type Received, receive } from '../sockets.ts';

interface Told {
  scheduledTaskRuns: { taskRun: { id: string; dynamicKey: string } };
}

let served: Serving;
let client: Client;
const opened: Received<Told>[] = [];
beforeAll(async () => {
  served = await serving();
  client = openClient(served.url);
});
afterEach(() => {
  for (const received of opened.splice(0)) received.stop();
});
afterAll(async () => {
  await client.dispose();
  await served.close();
});

function worker(...taskKeys: string[]): Received<Told> {
  const received = receive<Told>(
    client,
    'subscription ($keys: [String!]!) { scheduledTaskRuns(taskKeys: $keys) { taskRun { id dynamicKey } } }',
    { keys: taskKeys },
  );
  opened.push(received);
  return received;
}

const told = ({ results }: Received<Told>) => results.map(({ data }) => data.scheduledTaskRuns.taskRun.dynamicKey);

async function schedule(taskKey: string, dynamicKey: string, scheduledTime: string | null = null): Promise<string> {
  const query = `mutation ($taskKey: String!, $dynamicKey: String!, $time: DateTime) {
    createTaskRun(input: {
      taskKey: $taskKey, dynamicKey: $dynamicKey,
      state: { type: SCHEDULED, details: { deferred: true, scheduledTime: $time } }
    }) { taskRun { id } }
  }`;
  const { body } = await post<{ createTaskRun: { taskRun: { id: string } } }>(served.url, {
    query,
    variables: { taskKey, dynamicKey, time: scheduledTime },
  });
  return body.data.createTaskRun.taskRun.id;
}

async function take(id: string): Promise<string> {
  const query = `mutation ($id: ID!) {
    setTaskRunState(input: { taskRunId: $id, state: { type: PENDING, details: { deferred: true } } }) { verdict }
  }`;
  const { body } = await post<{ setTaskRunState: { verdict: string } }>(served.url, { query, variables: { id } });
  return body.data.setTaskRunState.verdict;
}

test('scheduledTaskRuns sends waiting and new task runs with the requested keys', async () => {
  await schedule('mail', 'first');
  await schedule('other', 'not mine');
  const mails = worker('mail', 'letters');
  await waitFor(() => told(mails).length === 1);
  await schedule('letters', 'second');
  await waitFor(() => told(mails).length === 2);
  expect(told(mails)).toEqual(['first', 'second']);
});

test('only one of two workers gets a task run that both receive', async () => {
  const id = await schedule('shared', 'one');
  const workers = [worker('shared'), worker('shared')];
  await waitFor(() => workers.every((each) => told(each).length === 1));
  expect((await Promise.all([take(id), take(id)])).sort()).toEqual(['ABORT', 'ACCEPT']);
});

test('a worker that reconnects receives task runs that were not taken', async () => {
  const [taken] = [await schedule('again', 'taken'), await schedule('again', 'left')];
  const before = worker('again');
  await waitFor(() => told(before).length === 2);
  await take(taken);
  const after = worker('again');
  await waitFor(() => told(after).length === 1);
  expect(told(after)).toEqual(['left']);
});

test('a task run that is due later is sent when it is due', async () => {
  const due = new Date(Date.now() + 1_500);
  await schedule('later', 'due', due.toISOString());
  const patient = worker('later');
  await waitFor(() => told(patient).length === 1);
  expect(Date.now()).toBeGreaterThanOrEqual(due.getTime());
});

test('scheduledTaskRuns without keys is rejected', async () => {
  const nobody = worker();
  await waitFor(() => nobody.isOver || nobody.results.length > 0);
  expect(JSON.stringify(nobody.error ?? nobody.results)).toContain('BAD_USER_INPUT');
});
