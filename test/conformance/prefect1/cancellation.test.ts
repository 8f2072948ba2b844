import { expect, test } from 'vitest';
import { nobody } from './support/expectations.ts';
import { mutate, refused } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import { basicFlow, readRun, setFlowRun, setTaskRun, startRun } from './support/world.ts';

servePrefect1();

const cancel = async (flow_run_id: string) => (await mutate('cancel_flow_run', { flow_run_id })).state;

test('an unknown run cannot be cancelled', async () => {
  const unknown = nobody();
  await refused('cancel_flow_run', { flow_run_id: unknown }, `Invalid flow run ID: ${unknown}.`);
});

test('cancelling a flow run that has not begun cancels it with its task runs', async () => {
  for (const type of ['Scheduled', 'Submitted', 'Pending', 'Paused', 'Queued']) {
    const run = await startRun((await basicFlow()).id);
    if (type !== 'Scheduled') await setFlowRun(run, type);
    expect(await cancel(run), type).toBe('Cancelled');
    const after = await readRun(run);
    expect(after, type).toMatchObject({ state: 'Cancelled', state_message: 'Flow run is cancelled' });
    expect(
      after.task_runs.map(({ state }) => state),
      type,
    ).toEqual(['Cancelled', 'Cancelled', 'Cancelled']);
  }
});

test('cancelling a running flow run makes it Cancelling and leaves its task runs unchanged', async () => {
  const run = await startRun((await basicFlow()).id);
  await setFlowRun(run, 'Running');
  await setTaskRun((await readRun(run)).taskRun('t1').id, 'Running');
  expect(await cancel(run)).toBe('Cancelling');
  const after = await readRun(run);
  expect(after).toMatchObject({ state: 'Cancelling', version: 3, state_message: 'Flow run is cancelling' });
  expect(after.task_runs.map(({ state }) => state)).toEqual(['Running', 'Pending', 'Pending']);
  expect(await cancel(run), 'cancelled again').toBe('Cancelling');
});

test('cancelling a finished flow run changes nothing', async () => {
  const run = await startRun((await basicFlow()).id);
  await setFlowRun(run, 'Success');
  expect(await cancel(run)).toBe('Success');
  expect(await readRun(run)).toMatchObject({ state: 'Success', version: 2 });
});
