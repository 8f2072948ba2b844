import { expect, test } from 'vitest';
import { expectRecent, inSeconds, instant, nobody, until } from './support/expectations.ts';
import {
  document,
  expectError,
  mutate,
  mutationDocument,
  post,
  query,
  refused,
  succeeds,
} from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import { basicFlow, child, emptyFlow, newTenant, readRun, readTaskRun, startRun } from './support/world.ts';

servePrefect1();

async function started() {
  const flow = await basicFlow();
  const run = await startRun(flow.id);
  return { flow, run, t1: (await readRun(run)).taskRun('t1').id };
}

test('a heartbeat is stored and never rejected', async () => {
  const { run, t1 } = await started();
  let last: string | null = null;
  for (const _turn of [1, 2]) {
    await succeeds('update_flow_run_heartbeat', { flow_run_id: run });
    const { heartbeat } = await until(
      () => readRun(run),
      (row) => row.heartbeat !== last,
    );
    expectRecent(heartbeat);
    if (last !== null) expect(instant(heartbeat)).toBeGreaterThan(instant(last));
    last = heartbeat;
  }
  await succeeds('update_task_run_heartbeat', { task_run_id: t1 });
  expectRecent((await readTaskRun(t1)).heartbeat);
  await succeeds('update_flow_run_heartbeat', { flow_run_id: nobody() });
  await succeeds('update_task_run_heartbeat', { task_run_id: nobody() });
});

const LOGS = document<{ log: { name: string; message: string; level: string }[] }>(
  'query($run: uuid!) { log(where: { flow_run_id: { _eq: $run } }, order_by: { timestamp: asc }) { flow_run_id task_run_id message level name info timestamp } }',
);
const logsOf = async (run: string) => (await query(LOGS, { run })).log;

test('log lines are read as they were written', async () => {
  const { run, t1 } = await started();
  const logs = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'].map((level, index) => ({
    flow_run_id: run,
    task_run_id: index % 2 ? t1 : null,
    message: `line ${index}: ünï "quoted"\n`,
    level,
    name: `logger.${index}`,
    info: { index, deep: { a: [1, null] } },
    timestamp: `2022-03-04T05:06:0${index}.123456+00:00`,
  }));
  await succeeds('write_run_logs', { logs });
  expect(await logsOf(run)).toEqual(logs);
});

test('a single log line counts as a list and gets a time and a level', async () => {
  const { run } = await started();
  await succeeds('write_run_logs', { logs: { flow_run_id: run, message: 'alone' } });
  const [log] = await logsOf(run);
  expect(log).toMatchObject({ message: 'alone', level: 'INFO', task_run_id: null, info: null });
});

test('a log line without a flow run rejects its whole batch', async () => {
  const { run } = await started();
  const good = Array.from({ length: 9 }, (_, index) => ({ flow_run_id: run, message: `line ${index}` }));
  const logs = [...good, { flow_run_id: null, message: 'x' }];
  expectError(
    await post(mutationDocument('write_run_logs'), { input: { logs } }),
    /Expected non-nullable type "?UUID!"?/,
  );
  expect(await logsOf(run)).toEqual([]);
  await succeeds('write_run_logs', { logs: good });
  expect(await logsOf(run)).toHaveLength(9);
});

test('a log line that is too long is cut and accepted', async () => {
  const { run } = await started();
  const line = { flow_run_id: run, timestamp: inSeconds(1) };
  await succeeds('write_run_logs', { logs: [{ ...line, name: 'n'.repeat(300), message: 'm'.repeat(1_000_001) }] });
  const [{ name, message } = { name: '', message: '' }] = await logsOf(run);
  expect([name, message.length, message.slice(-20)]).toEqual(['n'.repeat(255), 1_000_000, 'mmmmm... [truncated]']);
});

test('log lines of unknown runs are dropped and unknown levels become INFO', async () => {
  const { run, t1 } = await started();
  const logs = [
    { flow_run_id: run, message: 'good', timestamp: inSeconds(1) },
    { flow_run_id: nobody(), message: 'of an unknown run' },
    { flow_run_id: run, task_run_id: t1, message: 'own level', level: 'TRACE', timestamp: inSeconds(2) },
  ];
  await succeeds('write_run_logs', { logs });
  expect(await logsOf(run)).toMatchObject([
    { message: 'good', level: 'INFO' },
    { message: 'own level', level: 'INFO' },
  ]);
});

test('a repeated batch of log lines is stored once', async () => {
  const { run } = await started();
  const logs = [1, 2].map((line) => ({ flow_run_id: run, message: `line ${line}`, timestamp: inSeconds(line) }));
  for (const _turn of [1, 2, 3]) await succeeds('write_run_logs', { logs });
  expect(await logsOf(run)).toHaveLength(2);
});

const COUNT = document<{
  log_aggregate: { aggregate: { count: number } };
  flow_run_by_pk: { logs: { message: string }[] };
}>(`query($run: uuid!) {
  log_aggregate(where: { flow_run_id: { _eq: $run } }) { aggregate { count } }
  flow_run_by_pk(id: $run) { logs(order_by: { timestamp: desc }, limit: 1) { message } }
}`);

test('four megabytes of log lines can be written in one request', async () => {
  const { run, t1 } = await started();
  const from = Date.parse('2022-01-01T00:00:00Z');
  const logs = Array.from({ length: 4000 }, (_, index) => ({
    flow_run_id: run,
    task_run_id: t1,
    name: 'prefect.x',
    level: 'INFO',
    message: `${index} `.padEnd(950, 'm'),
    timestamp: inSeconds(index, from),
  }));
  await succeeds('write_run_logs', { logs });
  const { log_aggregate, flow_run_by_pk } = await query(COUNT, { run });
  expect(log_aggregate.aggregate.count).toBe(4000);
  expect(flow_run_by_pk.logs).toEqual([{ message: logs[3999]?.message }]);
});

test('the largest batch of lines that Prefect 1.4.1 sends is accepted', async () => {
  const { run, t1 } = await started();
  const logs = Array.from({ length: 10_068 }, (_, index) => ({
    flow_run_id: run,
    task_run_id: t1,
    timestamp: inSeconds(index),
    name: 'prefect.x',
    level: 'INFO',
    message: '',
  }));
  await succeeds('write_run_logs', { logs });
  expect((await query(COUNT, { run })).log_aggregate.aggregate.count).toBe(10_068);
});

const ARTIFACT = document<{ task_run_artifact_by_pk: { data: unknown } | null }>(
  'query($id: uuid!) { task_run_artifact_by_pk(id: $id) { id tenant_id task_run_id kind data } }',
);
const readArtifact = async (id: string) => (await query(ARTIFACT, { id })).task_run_artifact_by_pk;
const TOO_LARGE = 'Artifact data payload exceeds 1000000 bytes limit.';

test('artifacts can be created, changed and deleted, and are limited in size', async () => {
  const { flow, t1 } = await started();
  const artifact = (length: number) => ({
    task_run_id: t1,
    kind: 'markdown',
    data: { markdown: 'm'.repeat(length) },
  });
  await refused('create_task_run_artifact', artifact(1_010_000), TOO_LARGE);
  const { id } = await mutate('create_task_run_artifact', artifact(980_000));
  expect(await readArtifact(id)).toEqual({ id, tenant_id: flow.tenant_id, ...artifact(980_000) });
  await succeeds('update_task_run_artifact', { task_run_artifact_id: id, data: { markdown: 'new' } });
  expect((await readArtifact(id))?.data).toEqual({ markdown: 'new' });
  await succeeds('delete_task_run_artifact', { task_run_artifact_id: id });
  expect(await readArtifact(id)).toBeNull();
  await succeeds('delete_task_run_artifact', { task_run_artifact_id: id }, false);
  await succeeds('update_task_run_artifact', { task_run_artifact_id: nobody(), data: {} }, false);
});

test('a mapped task run can have artifacts and an unknown task run cannot', async () => {
  const { flow, run } = await started();
  const task_run_id = await child(run, flow.taskId('t1'), 0);
  const artifact = { task_run_id, kind: 'link', data: { link: 'http://localhost' } };
  const { id } = await mutate('create_task_run_artifact', artifact);
  expect(await readArtifact(id)).toEqual({ id, tenant_id: flow.tenant_id, ...artifact });
  const unknown = nobody();
  await refused('create_task_run_artifact', { ...artifact, task_run_id: unknown }, `Task run ${unknown} not found`);
  for (const tenant_id of [nobody(), await newTenant()])
    await refused('create_task_run_artifact', { ...artifact, tenant_id }, 'Invalid tenant ID.');
});

test('a flow run that has not begun has no heartbeat', async () => {
  expect((await readRun(await startRun((await emptyFlow()).id))).heartbeat).toBeNull();
});
