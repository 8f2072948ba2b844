import { expect, test } from 'vitest';
import { expectRecent, inAnyOrder, nobody, UUID, unique, until } from './support/expectations.ts';
import { eventOf, receiving } from './support/hookReceiver.ts';
import { document, mutate, query, refused, succeeds } from './support/prefect1Client.ts';
import { delivered, servePrefect1 } from './support/prefect1Server.ts';
import { emptyFlow, newProject, newTenant, readRun, STATES, setFlowRun, startRun, state } from './support/world.ts';

// The receivers of these tests are on this machine.
servePrefect1({ FLOWQL_HOOK_ALLOW: '127.0.0.1' });

/** Creates a flow in a new tenant. Returns functions that create its hooks and runs. */
async function made() {
  const tenant_id = await newTenant();
  const flow = await emptyFlow({ project: await newProject(tenant_id) });
  const hook = async (input: object) =>
    (await mutate('create_cloud_hook', { tenant_id, type: 'WEBHOOK', ...input })).id;
  return { tenant_id, flow, hook, run: () => startRun(flow.id) };
}

const COLUMNS = 'id tenant_id type name states config active version_group_id';
const HOOK = document<{ cloud_hook_by_pk: { states: string[]; active: boolean } | null }>(
  `query($id: uuid!) { cloud_hook_by_pk(id: $id) { ${COLUMNS} } }`,
);
const readHook = async (id: string) => (await query(HOOK, { id })).cloud_hook_by_pk;
const HOOKS = document<{ cloud_hook: object[] }>(
  'query($tenant: uuid!) { cloud_hook(where: { tenant_id: { _eq: $tenant } }) { id } }',
);

const VALID = {
  WEBHOOK: { url: 'http://127.0.0.1:9/' },
  SLACK_WEBHOOK: { url: 'http://127.0.0.1:9/' },
  PREFECT_MESSAGE: {},
  TWILIO: { account_sid: 'a', auth_token: 'b', messaging_service_sid: 'c', to: ['+15555555555'] },
  PAGERDUTY: { api_token: 'a', routing_key: 'b', severity: 'info' },
};

test('a hook of each type can be created and is active', async () => {
  const { tenant_id, hook } = await made();
  for (const [type, config] of Object.entries(VALID)) {
    const given = { type, config, name: type, states: ['FAILED'], version_group_id: unique('group') };
    const id = await hook(given);
    expect(id).toMatch(UUID);
    expect(await readHook(id)).toEqual({ ...given, id, tenant_id, active: true });
  }
});

const TWILIO = 'Invalid config; expected `account_sid`, `auth_token`, `messaging_service_sid`, and `to`';
const PAGERDUTY = 'Invalid config; expected `api_token`, `routing_key`, & `severity`';
test.each([
  ['WEBHOOK', {}, 'Invalid config; expected `url`'],
  ['WEBHOOK', { url: 'http://127.0.0.1:9/', more: 1 }, 'Invalid config; expected `url`'],
  ['SLACK_WEBHOOK', null, 'Invalid config; expected `url`'],
  ['TWILIO', { ...VALID.TWILIO, to: [] }, TWILIO],
  ['TWILIO', { account_sid: 'a' }, TWILIO],
  ['PAGERDUTY', { api_token: 'a', routing_key: 'b' }, PAGERDUTY],
  [
    'PAGERDUTY',
    { ...VALID.PAGERDUTY, severity: 'bad' },
    'Invalid config; severity must be one of {info, warning, error, critical}',
  ],
])('a %s hook with the config %j is rejected', async (type, config, message) => {
  const { tenant_id } = await made();
  await refused('create_cloud_hook', { tenant_id, type, config, states: ['FAILED'] }, message);
  expect((await query(HOOKS, { tenant: tenant_id })).cloud_hook).toEqual([]);
});

test('the states of a hook are stored once each, in upper case, and must exist', async () => {
  const { hook, tenant_id } = await made();
  const config = VALID.WEBHOOK;
  const states = ['failed', 'Failed', 'FAILED', 'timedout', 'TriggerFailed'];
  const stored = (await readHook(await hook({ config, states })))?.states ?? [];
  expect(inAnyOrder(stored)).toEqual(inAnyOrder(['FAILED', 'TIMEDOUT', 'TRIGGERFAILED']));
  expect((await readHook(await hook({ config, states: STATES })))?.states).toHaveLength(21);
  for (const bad of ['nope', 'STATE', '_METASTATE'])
    await refused('create_cloud_hook', { tenant_id, type: 'WEBHOOK', config, states: [bad] }, 'Invalid states');
  await refused('create_cloud_hook', { tenant_id, type: 'WEBHOOK', config, states: [] }, 'Invalid states');
});

const TENANT = document<{ tenant_by_pk: { slug: string } }>('query($id: uuid!) { tenant_by_pk(id: $id) { slug } }');

test('a webhook receives the run, its states, its flow and its tenant', () =>
  receiving(async ({ url, received, waitFor }) => {
    const { tenant_id, flow, hook, run } = await made();
    await hook({ config: { url }, states: ['FAILED'], version_group_id: flow.version_group_id });
    const id = await run();
    await setFlowRun(id, state('Failed', { message: 'no luck' }));
    await waitFor(1);
    const [post] = received;
    const event = eventOf(post);
    const { slug } = (await query(TENANT, { id: tenant_id })).tenant_by_pk;
    expect([post?.method, post?.headers['x-prefect-event-id']]).toEqual(['POST', event.id]);
    expect(event.id).toMatch(UUID);
    expectRecent(event.timestamp);
    expect(event).toMatchObject({
      type: 'FlowRunStateChange',
      is_test_event: false,
      flow_run: { id, name: (await readRun(id)).name, state: 'Scheduled', version: 1, parameters: null },
      state: { flow_run_id: id, version: 2, state: 'Failed', message: 'no luck', serialized_state: { type: 'Failed' } },
      flow: {
        id: flow.id,
        name: flow.name,
        flow_group_id: flow.flow_group_id,
        version_group_id: flow.version_group_id,
        serialized_flow: null,
      },
      tenant: { id: tenant_id, slug, settings: null },
    });
  }));

test('a hook is called once for each of its states', () =>
  receiving(async ({ url, received }) => {
    const { hook, run } = await made();
    await hook({ config: { url }, states: ['SUBMITTED', 'RUNNING', 'SUCCESS'] });
    const id = await run();
    for (const type of ['Submitted', 'Running', 'Success', 'Failed']) await setFlowRun(id, type);
    await delivered(url);
    const states = received.map((one) => eventOf(one).state.state);
    expect(inAnyOrder(states)).toEqual(inAnyOrder(['Submitted', 'Running', 'Success']));
  }));

test('only an active hook of the tenant, flow and state of a run is called', () =>
  receiving(async ({ url, received, waitFor }) => {
    const { hook, run } = await made();
    const stranger = await made();
    const config = { url };
    await stranger.hook({ config, states: ['CANCELLED'] });
    await hook({ config, states: ['CANCELLED'], version_group_id: unique('group') });
    await hook({ config, states: ['FAILED', 'FINISHED'] });
    const inactive = await hook({ config, states: ['CANCELLED'] });
    await succeeds('set_cloud_hook_inactive', { cloud_hook_id: inactive });
    await succeeds('delete_cloud_hook', { cloud_hook_id: await hook({ config, states: ['CANCELLED'] }) });
    for (const type of ['Cancelled', 'TimedOut', 'Success']) await setFlowRun(await run(), type);
    const heard = await run();
    await setFlowRun(heard, 'Failed');
    await waitFor(1);
    await succeeds('set_cloud_hook_active', { cloud_hook_id: inactive });
    await setFlowRun(heard, 'Cancelled');
    await delivered(url);
    expect(received.map((one) => [eventOf(one).flow_run.id, eventOf(one).state.state])).toEqual([
      [heard, 'Failed'],
      [heard, 'Cancelled'],
    ]);
  }));

test.each([500, 'never'] as const)('a state is set even if the receiver of its hook answers %s', (answer) =>
  receiving(async ({ url, waitFor }) => {
    const { hook, run } = await made();
    await hook({ config: { url }, states: ['FAILED'] });
    const id = await run();
    expect(await setFlowRun(id, 'Failed')).toEqual({ id, status: 'SUCCESS', message: null });
    expect(await readRun(id)).toMatchObject({ state: 'Failed', version: 2 });
    await waitFor(1);
  }, answer),
);

const MESSAGES = document<{
  message: { id: string; read: boolean; type: string; text: string | null; content: object }[];
}>('query($tenant: uuid!) { message(where: { tenant_id: { _eq: $tenant } }) { id type read text content } }');

test('a PREFECT_MESSAGE hook creates a message that can be read and deleted', async () => {
  const { tenant_id, hook, run } = await made();
  await hook({ type: 'PREFECT_MESSAGE', config: {}, states: ['FAILED'] });
  const id = await run();
  await setFlowRun(id, 'Failed');
  const messages = async () => (await query(MESSAGES, { tenant: tenant_id })).message;
  const [message] = await until(messages, (rows) => rows.length > 0);
  expect(message).toMatchObject({ type: 'CLOUD_HOOK', read: false, text: null });
  expect(message?.content).toMatchObject({
    type: 'CLOUD_HOOK',
    event: { type: 'FlowRunStateChange', flow_run: { id }, state: { state: 'Failed' } },
  });
  const message_id = message?.id;
  await succeeds('mark_message_as_read', { message_id });
  expect((await messages())[0]?.read).toBe(true);
  await succeeds('mark_message_as_unread', { message_id });
  expect((await messages())[0]?.read).toBe(false);
  await succeeds('delete_message', { message_id });
  expect(await messages()).toEqual([]);
  for (const name of ['mark_message_as_read', 'mark_message_as_unread', 'delete_message'] as const)
    await succeeds(name, { message_id }, false);
});

test('an unknown hook can be neither switched nor deleted', async () => {
  for (const name of ['set_cloud_hook_active', 'set_cloud_hook_inactive', 'delete_cloud_hook'] as const)
    await succeeds(name, { cloud_hook_id: nobody() }, false);
});
