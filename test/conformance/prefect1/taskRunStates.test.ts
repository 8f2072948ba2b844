import { expect, test } from 'vitest';
import { expectRecent, nobody } from './support/expectations.ts';
import { refused } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import { basicFlow, readRun, readTaskRun, setFlowRun, setTaskRun, startRun, state } from './support/world.ts';

servePrefect1();

/** Starts a run of the basic flow. Returns the ids of its task runs. */
async function started({ running = true } = {}) {
  const run = await startRun((await basicFlow()).id);
  if (running) await setFlowRun(run, 'Running');
  const { taskRun } = await readRun(run);
  return { run, t1: taskRun('t1').id, t2: taskRun('t2').id };
}
const proposal = (task_run_id: string, type: string) => ({
  states: [{ task_run_id, version: null, state: state(type) }],
});

test('a task run that starts gets a heartbeat and a start time', async () => {
  const { t1 } = await started();
  expect((await setTaskRun(t1, 'Running')).status).toBe('SUCCESS');
  const after = await readTaskRun(t1);
  expect(after).toMatchObject({ state: 'Running', version: 2 });
  expectRecent(after.heartbeat, 'heartbeat');
  expectRecent(after.start_time, 'start time');
});

test('a task run can run only while its flow run runs', async () => {
  const { run, t1 } = await started({ running: false });
  for (const type of ['Scheduled', 'Submitted', 'Cancelling', 'Success']) {
    await setFlowRun(run, type);
    await refused(
      'set_task_run_states',
      proposal(t1, 'Running'),
      `State update failed for task run ID ${t1}: provided a running state but associated flow run ${run} is not in a running state.`,
    );
  }
  expect(await readTaskRun(t1)).toMatchObject({ state: 'Pending', version: 1 });
  expect((await setTaskRun(t1, 'Success')).status, 'any state but a running one').toBe('SUCCESS');
});

test('a state for an unknown task run is rejected', async () => {
  const unknown = nobody();
  await refused('set_task_run_states', proposal(unknown, 'Success'), `State update failed for task run ID ${unknown}`);
});

test('cached inputs of a state are kept by the next one', async () => {
  const { t1 } = await started();
  const cached_inputs = { y: { type: 'PrefectResult', location: '5' } };
  await setTaskRun(t1, state('Failed', { cached_inputs }));
  expect((await readTaskRun(t1)).serialized_state).toMatchObject({ type: 'Failed', cached_inputs });
  await setTaskRun(t1, state('Retrying'));
  expect((await readTaskRun(t1)).serialized_state).toMatchObject({ type: 'Retrying', cached_inputs });
});

test('a task run whose trigger failed has no end time', async () => {
  const { t1, t2 } = await started();
  await setTaskRun(t1, 'TriggerFailed');
  await setTaskRun(t2, 'Failed');
  expect(await readTaskRun(t1)).toMatchObject({ state: 'TriggerFailed', version: 2, end_time: null });
  expectRecent((await readTaskRun(t2)).end_time, 'end of a failed one');
});
