import { expect, test } from 'vitest';
import { nobody } from './support/expectations.ts';
import { eventOf, receiving } from './support/hookReceiver.ts';
import { mutate } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import { emptyFlow, newProject, newTenant, readRun, startRun } from './support/world.ts';

// The receivers of these tests are on this machine.
servePrefect1({ FLOWQL_HOOK_ALLOW: '127.0.0.1' });

async function made(url: string) {
  const tenant_id = await newTenant();
  const flow = await emptyFlow({ project: await newProject(tenant_id) });
  const hook = { tenant_id, type: 'WEBHOOK', config: { url }, states: ['FAILED'] };
  return { cloud_hook_id: (await mutate('create_cloud_hook', hook)).id, flow_run_id: await startRun(flow.id) };
}
const SENT = { success: true, error: null };

test('a hook can be tested with any of its states and without a run', () =>
  receiving(async ({ url, received }) => {
    const { cloud_hook_id } = await made(url);
    for (const type of [undefined, 'Scheduled', 'Submitted', 'Running', 'Success', 'Failed']) {
      const input = { cloud_hook_id, ...(type === undefined ? {} : { state_type: type.toUpperCase() }) };
      expect(await mutate('test_cloud_hook', input)).toEqual(SENT);
      const state = type ?? 'Success';
      const event = eventOf(received.at(-1));
      expect(event).toMatchObject({
        type: 'FlowRunStateChange',
        is_test_event: true,
        state: { state, serialized_state: { type: state, message: `Test ${state.toLowerCase()} state` } },
      });
      expect(received.at(-1)?.headers['x-prefect-event-id']).toBe(event.id);
    }
    expect(received).toHaveLength(6);
  }));

test('testing a hook with a run does not change the state of the run', () =>
  receiving(async ({ url, received }) => {
    const { cloud_hook_id, flow_run_id } = await made(url);
    expect(await mutate('test_cloud_hook', { cloud_hook_id, flow_run_id, state_type: 'FAILED' })).toEqual(SENT);
    const { name } = await readRun(flow_run_id);
    const event = eventOf(received[0]);
    expect(event).toMatchObject({
      flow_run: { id: flow_run_id, name, state: 'Failed', version: 2, is_test_event: true },
      state: { state: 'Failed', version: 2 },
    });
    expect(await readRun(flow_run_id)).toMatchObject({ state: 'Scheduled', version: 1 });
  }));

test('testing a hook succeeds even if the receiver answers with an error', () =>
  receiving(async ({ url }) => {
    expect(await mutate('test_cloud_hook', { cloud_hook_id: (await made(url)).cloud_hook_id })).toEqual(SENT);
  }, 500));

test('testing a hook that cannot be delivered returns the error in the payload', async () => {
  const unknown = { success: false, error: 'Invalid ID' };
  expect(await mutate('test_cloud_hook', { cloud_hook_id: nobody() })).toEqual(unknown);
  const { cloud_hook_id } = await made('http://127.0.0.1:9/');
  expect(await mutate('test_cloud_hook', { cloud_hook_id, flow_run_id: nobody() })).toEqual(unknown);
  const { success, error } = await mutate('test_cloud_hook', { cloud_hook_id });
  expect(success).toBe(false);
  expect(error).toMatch(/./);
});
