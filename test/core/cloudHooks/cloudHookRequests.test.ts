import { expect, test } from 'vitest';
import type { CloudHookType } from '../../../src/core/cloudHooks/cloudHook.ts';
import { cloudHookEvent, type FlowRunStateChange } from '../../../src/core/cloudHooks/cloudHookEvent.ts';
import { cloudHookRequests } from '../../../src/core/cloudHooks/cloudHookRequests.ts';
import { testCloudHookEvent } from '../../../src/core/cloudHooks/testCloudHookEvent.ts';
import type { JsonObject } from '../../../src/core/values/jsonObject.ts';

const NOW = Date.UTC(2031, 0, 2, 3, 4, 5) * 1000 + 678;
const ADDRESSES = { twilio: 'http://twilio', pagerDuty: 'http://pagerduty/enqueue', links: 'http://ui' };
const change: FlowRunStateChange = {
  flowRun: { id: 'run-id', name: 'amber-otter', state: 'Running', version: 2 },
  state: {
    id: 'state-id',
    version: 3,
    state: 'Failed',
    timestamp: NOW,
    message: 'no luck',
    startTime: null,
    serializedState: { type: 'Failed' },
  },
  flow: { id: 'flow-id', name: 'etl', flowGroupId: 'group-id', versionGroupId: 'versions' },
  tenant: { id: 'tenant-id', slug: 'default' },
};
const event = cloudHookEvent('event-id', change);
const send = (type: CloudHookType, config: JsonObject) => cloudHookRequests({ type, config }, event, ADDRESSES);

test('an event holds the facts of the state change, and null for facts the old server does not read', () => {
  expect(event).toMatchObject({
    id: 'event-id',
    type: 'FlowRunStateChange',
    timestamp: '2031-01-02T03:04:05.000678+00:00',
    is_test_event: false,
    flow_run: { id: 'run-id', name: 'amber-otter', state: 'Running', version: 2, parameters: null, heartbeat: null },
    state: { id: 'state-id', flow_run_id: 'run-id', version: 3, state: 'Failed', start_time: null, result: null },
    flow: { id: 'flow-id', flow_group_id: 'group-id', version_group_id: 'versions', serialized_flow: null },
    tenant: { id: 'tenant-id', slug: 'default', settings: null },
  });
});

test('a webhook receives the event, with its id in a header', () => {
  const [request, ...more] = send('WEBHOOK', { url: 'http://hook' });
  expect(more).toEqual([]);
  expect(request).toMatchObject({ url: 'http://hook', timeoutMs: 2000 });
  expect(request?.headers).toEqual({ 'content-type': 'application/json', 'x-prefect-event-id': 'event-id' });
  expect(JSON.parse(request?.body ?? '')).toEqual({ event });
});

const LINK = 'http://ui/default/flow-run/run-id';

test('a Slack hook sends four lines', () => {
  const [request] = send('SLACK_WEBHOOK', { url: 'http://slack' });
  expect(request?.timeoutMs).toBe(1000);
  const { blocks } = JSON.parse(request?.body ?? '') as { blocks: { text: { type: string; text: string } }[] };
  expect(blocks.map(({ text }) => text)).toEqual(
    [
      'Run `amber-otter` of flow `etl` entered a new state:',
      '*State:* `Failed`',
      '*Message:* no luck',
      `*Link:* ${LINK}`,
    ].map((text) => ({ type: 'mrkdwn', text })),
  );
});

test('a Twilio hook sends one form per number', () => {
  const requests = send('TWILIO', {
    account_sid: 'a/b',
    auth_token: 'ü',
    messaging_service_sid: 'service',
    to: ['+1', '+2'],
  });
  expect(requests.map(({ url }) => url)).toEqual(Array(2).fill('http://twilio/Accounts/a%2Fb/Messages.json'));
  expect(requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('a/b:ü').toString('base64')}`);
  expect(Object.fromEntries(new URLSearchParams(requests[1]?.body))).toEqual({
    To: '+2',
    From: 'service',
    Body: `Run amber-otter of flow etl entered a new state: Failed. \n Link: ${LINK}`,
  });
  expect(send('TWILIO', { to: 'no list' })).toEqual([]);
});

test('a PagerDuty hook triggers an incident', () => {
  const [request] = send('PAGERDUTY', { api_token: 'token', routing_key: 'key', severity: 'info' });
  expect(request).toMatchObject({
    url: 'http://pagerduty/enqueue',
    headers: { authorization: 'Token token=token' },
  });
  expect(JSON.parse(request?.body ?? '')).toMatchObject({
    event_action: 'trigger',
    routing_key: 'key',
    payload: {
      summary: 'Run amber-otter entered a new state: Failed',
      severity: 'info',
      source: 'cloud.prefect.io/default',
      component: 'etl',
      group: 'amber-otter',
      class: 'State->Failed',
    },
    links: [{ href: LINK }],
  });
});

test('a field that an event or a config lacks is empty in the request', () => {
  const bare = cloudHookRequests(
    { type: 'PAGERDUTY', config: {} },
    { ...event, tenant: null, timestamp: null },
    ADDRESSES,
  );
  expect(JSON.parse(bare[0]?.body ?? '')).toMatchObject({
    routing_key: null,
    payload: { severity: null, timestamp: null, source: 'cloud.prefect.io/' },
  });
});

test('a PREFECT_MESSAGE hook sends no request', () => {
  expect(send('PREFECT_MESSAGE', {})).toEqual([]);
});

const ids = () => {
  let count = 0;
  return () => `id-${++count}`;
};

test.each([
  ['SCHEDULED', 'Scheduled', '2031-01-02T03:04:05.000678+00:00'],
  ['SUBMITTED', 'Submitted', undefined],
  ['RUNNING', 'Running', undefined],
  ['SUCCESS', 'Success', undefined],
  ['FAILED', 'Failed', undefined],
] as const)('a test event for %s describes an invented run', (tried, state, start_time) => {
  const trial = testCloudHookEvent('event-id', tried, null, NOW, ids());
  const message = `Test ${state.toLowerCase()} state`;
  expect(trial).toMatchObject({ id: 'event-id', is_test_event: true, state: { state, version: 1, message } });
  expect(trial.state.serialized_state).toEqual({ type: state, message, ...(start_time && { start_time }) });
  expect(trial.flow_run.id).toBe(trial.state.flow_run_id);
});

test('a test event for a run has its next version and marks the run as a test', () => {
  const { state: _, ...run } = change;
  const trial = testCloudHookEvent('event-id', 'SUCCESS', run, NOW, ids());
  expect(trial).toMatchObject({
    is_test_event: false,
    flow_run: { id: 'run-id', state: 'Success', version: 3, is_test_event: true },
    state: { version: 3, state: 'Success' },
    tenant: { slug: 'default' },
  });
});
