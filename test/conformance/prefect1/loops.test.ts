import { expect, test } from 'vitest';
import { until } from './support/expectations.ts';
import { document, query } from './support/prefect1Client.ts';
import {
  ageHeartbeat,
  ageTaskHeartbeat,
  servePrefect1,
  setGroupSettings,
  setTimesResurrected,
} from './support/prefect1Server.ts';
import { task } from './support/serializedFlows.ts';
import { basicFlow, readRun, readTaskRun, setFlowRun, setTaskRun, startRun, state } from './support/world.ts';

// What must not happen is checked together with what must: the subject that a loop must act on is created last. When the
// loop has acted on it, the loop has seen the others, too.
servePrefect1({ FLOWQL_LAZARUS_SECONDS: '1', FLOWQL_ZOMBIE_KILLER_SECONDS: '1' });

const LOGS = document<{ log: object[] }>(
  'query($run: uuid!) { log(where: { flow_run_id: { _eq: $run } }, order_by: { timestamp: asc }) { level name message task_run_id } }',
);
const logsOf = (run: string) =>
  until(
    async () => (await query(LOGS, { run })).log,
    (rows) => rows.length > 0,
  );
const runThatLeaves = (type: string, id: string) =>
  until(
    () => readRun(id),
    (run) => run.state !== type,
  );
const taskRunThatLeaves = (type: string, id: string) =>
  until(
    () => readTaskRun(id),
    (run) => run.state !== type,
  );

interface Stale {
  type?: string;
  /** The settings of the flow's group. */
  settings?: object;
  minutes?: number;
  /** The state of the task run `t1`. */
  t1?: string | ReturnType<typeof state>;
  flow?: Parameters<typeof basicFlow>[0];
}

/** Creates a run with an old heartbeat. */
async function stale({ type = 'Running', settings, minutes = 60, t1, flow = {} }: Stale = {}) {
  const made = await basicFlow(flow);
  if (settings) await setGroupSettings(made.flow_group_id, settings);
  const run = await startRun(made.id);
  const taskRun = (await readRun(run)).taskRun('t1').id;
  // A task run can run only while its flow run runs.
  if (t1 !== undefined && type !== 'Running') await setFlowRun(run, 'Running');
  if (type === 'Running') await setFlowRun(run, 'Running');
  if (t1 !== undefined) await setTaskRun(taskRun, t1);
  if (type !== 'Running' && type !== 'Scheduled') await setFlowRun(run, type);
  await ageHeartbeat(run, minutes);
  return { run, taskRun, before: await readRun(run) };
}
type Kept = [string, Awaited<ReturnType<typeof stale>>];

async function expectKept(kept: Kept[]): Promise<void> {
  for (const [name, { run, before }] of kept) {
    const { state: type, version } = await readRun(run);
    expect([type, version], name).toEqual([before.state, before.version]);
  }
}

test.each(['Running', 'Submitted'])('Lazarus schedules a lost %s flow run', async (type) => {
  const kept: Kept[] = [
    ['a recent heartbeat', await stale({ type, minutes: 5 })],
    ['heartbeats are off', await stale({ type, settings: { heartbeat_enabled: false } })],
    ['Lazarus is off', await stale({ type, settings: { lazarus_enabled: false } })],
    ['a task run waits to be retried', await stale({ type, t1: state('Retrying', { start_time: '2031-01-01' }) })],
    ['a run that has ended', await stale({ type: 'Success' })],
  ];
  const { run } = await stale({ type, settings: {} });
  const after = await runThatLeaves(type, run);
  expect(after).toMatchObject({
    state: 'Scheduled',
    version: 3,
    state_message: 'Rescheduled by a Lazarus process.',
    times_resurrected: 1,
  });
  expect(after.state_start_time).not.toBeNull();
  expect(await logsOf(run)).toEqual([
    {
      level: 'INFO',
      name: 'prefect-server.Lazarus.FlowRun',
      message: 'Rescheduled by a Lazarus process. This is attempt 1.',
      task_run_id: null,
    },
  ]);
  await expectKept(kept);
});

test('Lazarus fails a flow run after three attempts', async () => {
  const message = 'A Lazarus process attempted to reschedule this run 3 times without success. Marking as failed.';
  const run = await startRun((await basicFlow()).id);
  await setFlowRun(run, 'Running');
  await setTimesResurrected(run, 3);
  await ageHeartbeat(run, 60);
  expect(await runThatLeaves('Running', run)).toMatchObject({
    state: 'Failed',
    state_message: message,
    times_resurrected: 3,
  });
  expect(await logsOf(run)).toEqual([
    { level: 'ERROR', name: 'prefect-server.Lazarus.FlowRun', message, task_run_id: null },
  ]);
});

test('the zombie killer fails a task run of a flow run without a heartbeat', async () => {
  const recent = await stale({ t1: 'Running', minutes: 5 });
  await ageTaskHeartbeat(recent.taskRun, 60);
  const kept: Kept[] = [
    ['a recent heartbeat of the flow run', recent],
    ['heartbeats are off', await stale({ t1: 'Running', settings: { heartbeat_enabled: false } })],
  ];
  const { run, taskRun } = await stale({ t1: 'Running' });
  const message = `No heartbeat detected from the remote task; marking the task run ${taskRun} (None) as failed.`;
  expect(await taskRunThatLeaves('Running', taskRun)).toMatchObject({ state: 'Failed', state_message: message });
  expect((await logsOf(run))[0]).toEqual({
    level: 'ERROR',
    name: 'prefect-server.ZombieKiller.TaskRun',
    message,
    task_run_id: taskRun,
  });
  for (const [, subject] of kept) expect((await readTaskRun(subject.taskRun)).state).toBe('Running');
});

test('the zombie killer retries a task run without a heartbeat as often as its task allows', async () => {
  const retried = task('t1', { max_retries: 1, retry_delay: 90 });
  const { taskRun } = await stale({ t1: 'Running', flow: { tasks: [retried], edges: [] } });
  const retrying = await taskRunThatLeaves('Running', taskRun);
  expect(retrying).toMatchObject({
    state: 'Retrying',
    state_message: 'No heartbeat detected from the remote task; retrying the run.This will be retry 1 of 1.',
  });
  const delay = Date.parse(retrying.state_start_time) - Date.parse(retrying.state_timestamp);
  expect(Math.abs(delay / 1000 - 90)).toBeLessThan(5);
  await setTaskRun(taskRun, 'Running'); // the flow run still has no heartbeat
  expect(await taskRunThatLeaves('Running', taskRun)).toMatchObject({
    state: 'Failed',
    state_message: `No heartbeat detected from the remote task; marking the task run ${taskRun} (None) as failed.`,
  });
});

test('the zombie killer fails a cancelling flow run without a heartbeat', async () => {
  const type = 'Cancelling';
  const kept: Kept[] = [
    ['heartbeats are off', await stale({ type, settings: { heartbeat_enabled: false } })],
    ['a recent heartbeat', await stale({ type, minutes: 5 })],
  ];
  const { run } = await stale({ type });
  const message = 'No heartbeat detected from the flow run; marking the run as failed.';
  expect(await runThatLeaves(type, run)).toMatchObject({ state: 'Failed', state_message: message });
  expect(await logsOf(run)).toEqual([
    { level: 'ERROR', name: 'prefect-server.ZombieKiller.FlowRun', message, task_run_id: null },
  ]);
  await expectKept(kept);
});
