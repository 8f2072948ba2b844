import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StartedEngine } from '../../src/actions/startEngine.ts';
import { lazarus } from '../../src/services/lazarus.ts';
import type { Loop } from '../../src/services/loops.ts';
import { zombieKiller } from '../../src/services/zombieKiller.ts';
import { openRunWorld, type RunWorld } from './runWorld.ts';

let t: RunWorld;
beforeAll(async () => {
  t = await openRunWorld();
});
afterAll(() => t.close());
beforeEach(() => t.rows('delete from flow_run'));

const tick = (loop: Loop, engine: StartedEngine = t.engine) => loop.tick(engine, Date.now() * 1000);
const killZombies = () => tick(zombieKiller(1));
const raise = () => tick(lazarus(1));
const logsOf = (id: string) => t.rows('select level, name, message from log where run_id = $1 order by number', [id]);

async function stale(
  type: string,
  { minutes = 60, settings = {}, task = {} }: { minutes?: number; settings?: object; task?: object } = {},
) {
  const flow = await t.register({}, { settings }, [{ slug: 'a', ...task }]);
  const id = await t.start(flow.id);
  await t.setFlowRun(id, { type });
  const taskRunId = await t.child(id, flow.tasks[0] ?? '');
  const age = () =>
    t.rows("update flow_run set heartbeat = now() - $2 * interval '1 minute' where id = $1", [id, minutes]);
  await age();
  return { id, taskRunId, age };
}

describe('the zombie killer', () => {
  test('the zombie killer retries a lost task run after its delay and then fails it', async () => {
    const { id, taskRunId, age } = await stale('Running', { task: { maxRetries: 1, retryDelay: '90 seconds' } });
    await t.setTaskRun(taskRunId, { type: 'Running' });
    await age();
    await killZombies();
    const retrying = await t.taskRun(taskRunId);
    const message = 'No heartbeat detected from the remote task; retrying the run.This will be retry 1 of 1.';
    expect(retrying).toMatchObject({
      prefect1_state: 'Retrying',
      state_message: message,
      serialized_state: { run_count: 1 },
    });
    const seconds =
      (Date.parse(String(retrying.state_start_time)) - Date.parse(String(retrying.state_timestamp))) / 1000;
    expect(seconds).toBeCloseTo(90, 2);
    await t.setTaskRun(taskRunId, { type: 'Running' });
    await killZombies();
    const failed = `No heartbeat detected from the remote task; marking the task run ${taskRunId} (None) as failed.`;
    expect(await t.taskRun(taskRunId)).toMatchObject({ prefect1_state: 'Failed', state_message: failed });
    const name = 'prefect-server.ZombieKiller.TaskRun';
    expect(await logsOf(id)).toEqual([
      { level: 40, name, message },
      { level: 40, name, message: failed },
    ]);
    expect(await t.flowRun(id)).toMatchObject({ prefect1_state: 'Running' });
  });

  test('the zombie killer fails a lost flow run that is cancelling', async () => {
    const { id } = await stale('Cancelling');
    await killZombies();
    const message = 'No heartbeat detected from the flow run; marking the run as failed.';
    expect(await t.flowRun(id)).toMatchObject({ prefect1_state: 'Failed', state_message: message });
    expect(await logsOf(id)).toEqual([{ level: 40, name: 'prefect-server.ZombieKiller.FlowRun', message }]);
  });

  test.each([
    ['a recent heartbeat', { minutes: 5 }],
    ['heartbeats switched off', { settings: { heartbeat_enabled: false } }],
  ])('the zombie killer ignores runs with %s', async (_, options) => {
    const running = await stale('Running', options);
    await t.setTaskRun(running.taskRunId, { type: 'Running' });
    await running.age();
    const cancelling = await stale('Cancelling', options);
    await killZombies();
    expect(await t.taskRun(running.taskRunId)).toMatchObject({ prefect1_state: 'Running' });
    expect(await t.flowRun(cancelling.id)).toMatchObject({ prefect1_state: 'Cancelling' });
  });
});

describe('Lazarus', () => {
  const name = 'prefect-server.Lazarus.FlowRun';

  test.each(['Running', 'Submitted'])('Lazarus schedules a lost %s run three times and then fails it', async (type) => {
    const { id, age } = await stale(type);
    for (const attempt of [1, 2, 3]) {
      await raise();
      const message = 'Rescheduled by a Lazarus process.';
      const run = await t.flowRun(id);
      expect(run).toMatchObject({ prefect1_state: 'Scheduled', state_message: message, times_resurrected: attempt });
      expect(run.state_start_time).not.toBeNull();
      await t.setFlowRun(id, { type: 'Running' });
      await age();
    }
    await raise();
    const message = 'A Lazarus process attempted to reschedule this run 3 times without success. Marking as failed.';
    expect(await t.flowRun(id)).toMatchObject({
      prefect1_state: 'Failed',
      state_message: message,
      times_resurrected: 3,
    });
    const lines = [1, 2, 3].map((attempt) => ({
      level: 20,
      name,
      message: `Rescheduled by a Lazarus process. This is attempt ${attempt}.`,
    }));
    expect(await logsOf(id)).toEqual([...lines, { level: 40, name, message }]);
  });

  test.each([
    ['a recent heartbeat', { minutes: 5 }],
    ['heartbeats switched off', { settings: { heartbeat_enabled: false } }],
    ['Lazarus switched off', { settings: { lazarus_enabled: false } }],
  ])('Lazarus ignores runs with %s', async (_, options) => {
    const { id } = await stale('Running', options);
    await raise();
    expect(await t.flowRun(id)).toMatchObject({ prefect1_state: 'Running' });
  });

  test.each([
    ['Retrying', 'Running'],
    ['Paused', 'Running'],
    ['Running', 'Running'],
    ['Queued', 'Scheduled'],
  ])('after Lazarus, a flow run with a task run %s is %s', async (type, left) => {
    const { id, taskRunId, age } = await stale('Running');
    await t.setTaskRun(taskRunId, { type });
    await age();
    await raise();
    expect(await t.flowRun(id)).toMatchObject({ prefect1_state: left });
  });

  test('Lazarus ignores a flow run with a recently submitted task run', async () => {
    const { id, taskRunId, age } = await stale('Running');
    await t.setTaskRun(taskRunId, { type: 'Submitted' });
    await age();
    await raise();
    expect(await t.flowRun(id)).toMatchObject({ prefect1_state: 'Running' });
    await t.rows("update task_run set state_timestamp = now() - interval '1 hour' where id = $1", [taskRunId]);
    await raise();
    expect(await t.flowRun(id)).toMatchObject({ prefect1_state: 'Scheduled' });
  });

  test('Lazarus on several servers schedules each run once', async () => {
    const lost = [];
    for (let index = 0; index < 12; index += 1) lost.push(await stale('Running'));
    await Promise.all(Array.from({ length: 4 }, raise));
    const runs = await Promise.all(lost.map(({ id }) => t.flowRun(id)));
    expect(runs.map((run) => [run.prefect1_state, run.times_resurrected, run.version])).toEqual(
      lost.map(() => ['Scheduled', 1, 3]),
    );
  });
});
