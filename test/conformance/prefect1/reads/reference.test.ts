import { expect, test } from 'vitest';
import { expectInstant } from '../support/expectations.ts';
import { document, expectError, mutate, mutationDocument, post, query } from '../support/prefect1Client.ts';
import { servePrefect1 } from '../support/prefect1Server.ts';
import { emptyFlow, readFlow, readRun, STATES, startRun, tenant } from '../support/world.ts';

servePrefect1();

const COLOURS = {
  State: '#696969',
  Pending: '#7ebdff',
  Scheduled: '#ffab00',
  Paused: '#99a8e8',
  Resume: '#f58c0c',
  Retrying: '#f66a0a',
  _MetaState: '#696969',
  ClientFailed: '#eb0000',
  Submitted: '#ffdf5d',
  Queued: '#ffea7f',
  Running: '#3d67ff',
  Cancelling: '#e8e8e8',
  Finished: '#003ccb',
  Looped: '#003ccb',
  Success: '#28a745',
  Cached: '#34d058',
  Mapped: '#003ccb',
  Skipped: '#62757f',
  Cancelled: '#bdbdbd',
  Failed: '#eb0000',
  TimedOut: '#ff4e33',
  TriggerFailed: '#ff5131',
  ValidationFailed: '#ff5131',
};

const API = document<{ api: Record<string, string | null> }>(
  '{ api { backend mode version core_version release_timestamp } }',
);

test('the server returns its version and mode', async () => {
  const { api } = await query(API);
  expect(api).toEqual({
    backend: 'SERVER',
    mode: 'normal',
    version: expect.any(String),
    core_version: expect.any(String),
    release_timestamp: api.release_timestamp === null ? null : expect.any(String),
  });
});

const REFERENCE = document<{
  reference_data: { state_hierarchy: Record<string, string[]>; state_info: Record<string, { color: string }> };
}>('{ reference_data { state_hierarchy state_info } }');

test('every state has its colour and descendants', async () => {
  const { state_info, state_hierarchy } = (await query(REFERENCE)).reference_data;
  const colours = Object.entries(state_info).map(([name, { color }]) => [name, color.toLowerCase()]);
  expect(Object.fromEntries(colours)).toEqual(COLOURS);
  expect(Object.keys(state_hierarchy).sort()).toEqual(Object.keys(COLOURS).sort());
  expect(state_hierarchy.Success).toEqual(['Success', 'Cached', 'Mapped', 'Skipped']);
  expect(state_hierarchy._MetaState).toEqual(['_MetaState', 'ClientFailed', 'Submitted', 'Queued']);
  expect(state_hierarchy.State?.toSorted()).toEqual([...STATES, 'State', '_MetaState'].sort());
});

const INFO = document('query($id: UUID!) { get_task_run_info(task_run_id: $id) { id } }');

test('a malformed UUID is rejected', async () => {
  for (const id of ['x', '12345', 'zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz'])
    expectError(await post(INFO, { id }), /Could not parse UUID/);
  expectError(await post(mutationDocument('archive_flow'), { input: { flow_id: 'bad' } }), /Could not parse UUID: bad/);
});

test('a UUID may be written in any of its forms', async () => {
  const { id } = await emptyFlow();
  for (const flow_id of [id.toUpperCase(), id.replaceAll('-', ''), `{${id}}`, `urn:uuid:${id}`])
    expect(await mutate('archive_flow', { flow_id }), flow_id).toEqual({ success: true });
});

const INLINE = document(
  String.raw`mutation($id: UUID!) { set_flow_group_default_parameters(input: { flow_group_id: $id, parameters: "{\"a\": [1, null]}" }) { success } }`,
);
const CONFIG = document<{ agent_config_by_pk: { settings: unknown } }>(
  'query($id: uuid!) { agent_config_by_pk(id: $id) { settings } }',
);

test('JSON is a string in a document and a value in a variable', async () => {
  const flow = await emptyFlow();
  await query(INLINE, { id: flow.flow_group_id });
  expect((await readFlow(flow.id)).flow_group.default_parameters).toEqual({ a: [1, null] });
  for (const settings of ['a string', '{"a": 1}', 5, [1, { b: null }], true]) {
    const { id } = await mutate('create_agent_config', { tenant_id: await tenant(), settings });
    expect((await query(CONFIG, { id })).agent_config_by_pk.settings).toEqual(settings);
  }
});

test.each([
  ['2031-05-06T07:08:09+02:00', '2031-05-06T05:08:09Z'],
  ['2031-05-06T07:08:09Z', '2031-05-06T07:08:09Z'],
  ['2031-05-06T07:08:09', '2031-05-06T07:08:09Z'],
  ['2031-05-06', '2031-05-06T00:00:00Z'],
])('the time %s is read as %s', async (given, want) => {
  const run = await startRun((await emptyFlow()).id, { scheduled_start_time: given });
  expectInstant((await readRun(run)).scheduled_start_time, want);
});
