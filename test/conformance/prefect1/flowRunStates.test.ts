import { expect, test } from 'vitest';
import { expectInstant, expectRecent, instant, nobody } from './support/expectations.ts';
import { mutate, refused } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import type { FlowRunRow } from './support/rows.ts';
import type { Part } from './support/serializedFlows.ts';
import { emptyFlow, readRun, STATES, setFlowRun, startRun, state } from './support/world.ts';

servePrefect1();

const newRun = async () => startRun((await emptyFlow()).id);
const proposal = (flow_run_id: string, proposed: Part) => ({
  states: [{ flow_run_id, version: null, state: proposed }],
});

test('a flow run that starts gets a heartbeat and a start time', async () => {
  const run = await newRun();
  expect(await readRun(run), 'before').toMatchObject({ heartbeat: null, start_time: null });
  const answer = await setFlowRun(run, state('Running', { message: 'go' }));
  expect(answer).toEqual({ id: run, status: 'SUCCESS', message: null });
  const after = await readRun(run);
  expect(after).toMatchObject({ state: 'Running', version: 2, state_message: 'go', end_time: null });
  expect(after.serialized_state).toMatchObject({ type: 'Running', message: 'go' });
  expectRecent(after.heartbeat, 'heartbeat');
  expectRecent(after.start_time, 'start time');
});

test('several flow runs move in one request and are answered in order', async () => {
  const flow = await emptyFlow();
  const moved = [];
  for (const type of ['Running', 'Failed', 'Success']) moved.push({ type, id: await startRun(flow.id) });
  const { states } = await mutate('set_flow_run_states', {
    states: moved.map(({ id, type }) => ({ flow_run_id: id, version: 1, state: state(type) })),
  });
  expect(states).toEqual(moved.map(({ id }) => ({ id, status: 'SUCCESS', message: null })));
  for (const { id, type } of moved) expect((await readRun(id)).state).toBe(type);
});

test('a state for an unknown flow run is rejected', async () => {
  const unknown = nobody();
  await refused(
    'set_flow_run_states',
    proposal(unknown, state('Running')),
    `State update failed for flow run ID ${unknown}`,
  );
});

test('the result of a state is stored', async () => {
  const run = await newRun();
  const _result = { type: 'PrefectResult', location: '"1"', __version__: '1.4.1' };
  await setFlowRun(run, state('Success', { _result }));
  expect((await readRun(run)).serialized_state).toMatchObject({
    type: 'Success',
    _result: { type: 'PrefectResult', location: '"1"' },
  });
});

test('a state of more than a million characters is rejected', async () => {
  const run = await newRun();
  const large = state('Success', { context: { text: 'x'.repeat(1_000_001) } });
  await refused('set_flow_run_states', proposal(run, large), 'State payload is too large.');
  expect(await readRun(run)).toMatchObject({ state: 'Scheduled', version: 1 });
});

test('a flow run can be submitted once in thirty seconds', async () => {
  const flow = await emptyFlow();
  const run = await startRun(flow.id);
  const other = await startRun(flow.id);
  expect((await setFlowRun(run, 'Submitted')).status).toBe('SUCCESS');
  const again = 'State update failed: this run has already been submitted.';
  await refused('set_flow_run_states', proposal(run, state('Submitted')), again);
  expect((await setFlowRun(other, 'Submitted')).status, 'another run').toBe('SUCCESS');
  for (const id of [run, other]) expect(await readRun(id)).toMatchObject({ state: 'Submitted', version: 2 });
});

test('only one of several agents can submit a flow run', async () => {
  const run = await newRun();
  const submit = () => setFlowRun(run, 'Submitted').catch((error: Error) => error.message);
  const answers = await Promise.all(Array.from({ length: 5 }, submit));
  expect(answers.filter((answer) => typeof answer !== 'string')).toHaveLength(1);
  expect(answers.filter((answer) => typeof answer === 'string' && answer.includes('State update failed'))).toHaveLength(
    4,
  );
  expect(await readRun(run)).toMatchObject({ state: 'Submitted', version: 2 });
});

test('running, cancelling and submitted flow runs have a heartbeat', async () => {
  const flow = await emptyFlow();
  const rows: FlowRunRow[] = [];
  for (const type of STATES) {
    const run = await startRun(flow.id);
    await setFlowRun(run, type);
    rows.push(await readRun(run));
  }
  expect(rows.map((row) => row.state)).toEqual(STATES);
  const having = (column: 'heartbeat' | 'start_time' | 'end_time') =>
    rows.filter((row) => row[column] !== null).map((row) => row.state);
  expect(having('heartbeat')).toEqual(['Cancelling', 'Running', 'Submitted']);
  expect(having('start_time')).toEqual(['Running']);
  expect(having('end_time')).toEqual(['Cached', 'Cancelled', 'Failed', 'Looped', 'Success', 'TimedOut']);
});

test('a flow run keeps its first start and its last end', async () => {
  const run = await newRun();
  const after = async (type: string) => {
    await setFlowRun(run, type);
    return readRun(run);
  };
  const first = await after('Running');
  const ended = await after('Success');
  await after('Scheduled');
  const again = await after('Running');
  const last = await after('Success');
  expectRecent(first.start_time, 'start');
  expectRecent(ended.end_time, 'end');
  expectInstant(again.start_time, first.start_time, 'start while it runs again');
  expectInstant(again.end_time, ended.end_time, 'end while it runs again');
  expectInstant(last.start_time, first.start_time, 'start at last');
  expect(instant(last.end_time)).toBeGreaterThan(instant(ended.end_time));
});

test('any state may follow any other', async () => {
  const run = await newRun();
  for (const type of ['Success', 'Scheduled', 'Running']) expect((await setFlowRun(run, type)).status).toBe('SUCCESS');
  const { states, ...after } = await readRun(run);
  expect(states.map((row) => [row.version, row.state])).toEqual([
    [1, 'Scheduled'],
    [2, 'Success'],
    [3, 'Scheduled'],
    [4, 'Running'],
  ]);
  expect(after).toMatchObject({ state: 'Running', version: 4 });
});

test.each([
  [{ type: 'Nope' }, /Unsupported value/],
  [{ type: 'State' }, /Unsupported value/],
  [{ message: 'no type' }, /Missing data for required field\./],
])('a state that clients cannot read is rejected: %j', async (bad, text) => {
  const run = await newRun();
  await refused('set_flow_run_states', proposal(run, bad), text);
  expect(await readRun(run)).toMatchObject({ state: 'Scheduled', version: 1 });
});
