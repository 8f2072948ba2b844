import { describe, expect, test } from 'vitest';
import {
  beatsFlowRun,
  beatsTaskRun,
  proposeCancellation,
  proposeFlowRunState,
  proposeTaskRunState,
  requestOf,
} from '../../../src/core/prefect1/prefect1Policy.ts';
import { PREFECT_1_STATES } from '../../../src/core/prefect1/prefect1States.ts';
import { normaliseState } from '../../../src/core/prefect1/serializedState.ts';
import { decideFlowRun, decideTaskRun } from '../../../src/core/rules/decide.ts';
import type { Json, JsonObject } from '../../../src/core/values/jsonObject.ts';
import { at, flowRunMove, NOON, taskRunMove } from '../given.ts';

const BEFORE = at(-10);
const inState = (state: JsonObject) => normaliseState(state, BEFORE);

describe('a flow run', () => {
  const set = (current: JsonObject, sent: Json, submittedAt: number | null = null) =>
    proposeFlowRunState({ flowRunId: 'flow-run', current: inState(current), now: NOON, submittedAt }, sent);

  test.each(PREFECT_1_STATES)('a Prefect 1 flow run may enter %s from any other state', (type) => {
    for (const current of PREFECT_1_STATES.filter((other) => other !== type))
      expect(set({ type: current }, { type })).toMatchObject({ prefect1: { className: type } });
  });

  test.each<[string, JsonObject, JsonObject]>([
    ['the same state', { type: 'Running', message: 'm' }, { message: 'm', type: 'Running' }],
    ['the same state without a start time', { type: 'Scheduled' }, { type: 'Scheduled' }],
    [
      'the same start time in another notation',
      { type: 'Scheduled', start_time: '2022-01-01T00:00:00' },
      { type: 'Scheduled', start_time: '2022-01-01T01:00:00+01:00' },
    ],
  ])('a Prefect 1 flow run is left unchanged by %s', (_, current, sent) => expect(set(current, sent)).toBeNull());

  test('a Prefect 1 flow run moves to the same state with another start time', () =>
    expect(set({ type: 'Scheduled' }, { type: 'Scheduled', start_time: '2030-01-01T00:00:00Z' })).toMatchObject({
      type: 'SCHEDULED',
      name: 'Scheduled',
      details: { scheduledTime: Date.UTC(2030, 0, 1) * 1000 },
    }));

  test.each([
    ['never', null, true],
    ['29 seconds ago', at(-29), false],
    ['30 seconds ago', at(-30), true],
  ])('a run submitted %s may be submitted: %s', (_, submittedAt, allowed) => {
    const proposal = set({ type: 'Submitted' }, { type: 'Submitted' }, submittedAt);
    if (allowed) expect(proposal).toMatchObject({ prefect1: { className: 'Submitted' } });
    else expect(proposal).toMatchObject({ message: 'State update failed: this run has already been submitted.' });
  });

  test('a Prefect 1 flow run rejects an unknown state and a payload that is too large', () => {
    expect(set({ type: 'Running' }, { type: 'Nope' })).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(set({ type: 'Running' }, 'x'.repeat(1_000_000))).toMatchObject({ message: 'State payload is too large.' });
  });

  test.each([
    ['Running', null, 'Cancelling', 'Flow run is cancelling'],
    ['Scheduled', null, 'Cancelled', 'Flow run is cancelled'],
    ['ClientFailed', null, 'Cancelled', 'Flow run is cancelled'],
    ['Submitted', 'Flow x was archived.', 'Cancelled', 'Flow x was archived.'],
  ])('cancelling a %s flow run with the message %s makes it %s', (type, message, className, said) =>
    expect(proposeCancellation({ current: inState({ type }), now: NOON }, message)).toMatchObject({
      message: said,
      prefect1: { className },
    }),
  );

  test.each([
    { type: 'Success' },
    { type: 'Cancelled', message: 'x' },
    { type: 'Cancelling', message: 'Flow run is cancelling' },
  ])('a flow run in %j is not cancelled', (current) =>
    expect(proposeCancellation({ current: inState(current), now: NOON }, null)).toBeNull(),
  );
});

describe('a task run', () => {
  const RUNNING = { id: 'flow-run', stateType: 'RUNNING' } as const;
  const set = (
    current: JsonObject,
    sent: Json,
    flowRun: Parameters<typeof proposeTaskRunState>[0]['flowRun'] = RUNNING,
  ) => proposeTaskRunState({ taskRunId: 'task-run', current: inState(current), now: NOON, flowRun }, sent);
  const inputs = { x: { type: 'PrefectResult', location: '1' } };

  test.each<[JsonObject, JsonObject, JsonObject]>([
    [{ type: 'Failed', cached_inputs: inputs }, { type: 'Retrying' }, inputs],
    [{ type: 'Failed', cached_inputs: inputs }, { type: 'Retrying', cached_inputs: null }, inputs],
    [{ type: 'Failed', cached_inputs: inputs }, { type: 'Retrying', cached_inputs: { y: 1 } }, { y: 1 }],
    [{ type: 'Failed' }, { type: 'Retrying' }, {}],
  ])('a task run moved from %j to %j has the inputs %j', (current, sent, expected) =>
    expect(set(current, sent)).toMatchObject({ prefect1: { serialized: { cached_inputs: expected } } }),
  );

  test('a task run in the same state with its former inputs is left unchanged', () =>
    expect(set({ type: 'Running', cached_inputs: inputs }, { type: 'Running' })).toBeNull());

  test.each(['Running', 'Cancelling'])('a task run enters %s only if its flow run runs', (type) => {
    expect(set({ type: 'Pending' }, { type })).toMatchObject({ prefect1: { className: type } });
    const refused = 'State update failed for task run ID task-run: provided a running state but associated flow run';
    expect(set({ type: 'Pending' }, { type }, { id: 'f', stateType: 'CANCELLING' })).toMatchObject({
      message: `${refused} f is not in a running state.`,
    });
    expect(set({ type: 'Pending' }, { type }, null)).toMatchObject({ code: 'FAILED_PRECONDITION' });
    expect(set({ type: 'Running' }, { type: 'Success' }, null)).toMatchObject({ prefect1: { className: 'Success' } });
  });

  test('a Prefect 1 task run rejects a payload that is not a state', () =>
    expect(set({ type: 'Running' }, null)).toMatchObject({ code: 'BAD_USER_INPUT' }));
});

test.each([
  ['Running', true, true],
  ['Cancelling', true, true],
  ['Submitted', true, false],
  ['Success', false, false],
])('entering %s counts as a heartbeat of a flow run: %s, of a task run: %s', (type, flowRun, taskRun) => {
  const state = inState({ type });
  expect([beatsFlowRun(state), beatsTaskRun(state), beatsFlowRun(null), beatsTaskRun(null)]).toEqual([
    ...[flowRun, taskRun],
    ...[false, false],
  ]);
});

describe('a run that Prefect 1 clients know', () => {
  const known = { prefect1: true } as const;
  const moved = (type: string, run: object) =>
    decideFlowRun({
      ...flowRunMove({ from: { type: 'COMPLETED' }, to: requestOf(normaliseState({ type }, NOON)) }, run),
      ...known,
    }).write;

  test.each([
    ['Running', { startTime: null, endTime: null }, { startTime: NOON, endTime: null }],
    ['Running', { startTime: at(-60), endTime: at(-5) }, { startTime: at(-60), endTime: at(-5) }],
    ['Success', { startTime: at(-60), endTime: at(-5) }, { startTime: at(-60), endTime: NOON }],
    ['Failed', { startTime: null, endTime: null }, { startTime: null, endTime: NOON }],
    ['TriggerFailed', { startTime: at(-60), endTime: null }, { startTime: at(-60), endTime: null }],
    ['Scheduled', { startTime: at(-60), endTime: at(-5) }, { startTime: at(-60), endTime: at(-5) }],
  ])('a Prefect 1 run that enters %s keeps its earliest start and its latest end (case %#)', (type, run, expected) =>
    expect(moved(type, run)?.changes).toMatchObject(expected),
  );

  test('a run that Prefect 1 clients know gets a loadable state from every mover', () => {
    const flowRun = decideFlowRun({ ...flowRunMove({ from: { type: 'PENDING' }, to: { type: 'RUNNING' } }), ...known });
    expect(flowRun.write?.state.prefect1).toMatchObject({ className: 'Running', serialized: { type: 'Running' } });
    const taskRun = decideTaskRun({ ...taskRunMove({ from: { type: 'PENDING' }, to: { type: 'FAILED' } }), ...known });
    expect(taskRun.write).toMatchObject({
      state: { prefect1: { className: 'Failed' } },
      changes: { startTime: null, endTime: NOON },
    });
  });

  test('a Prefect 1 flow run may be scheduled again after its end without a deployment', () => {
    const again = flowRunMove({ from: { type: 'FAILED' }, to: { type: 'SCHEDULED' } });
    expect(decideFlowRun({ ...again, ...known }).verdict).toBe('ACCEPT');
    expect(decideFlowRun(again).verdict).toBe('ABORT');
  });

  test('a task run moved by its Prefect 1 client follows no Prefect 3 rule', () => {
    const to = requestOf(normaliseState({ type: 'Running' }, NOON));
    expect(decideTaskRun({ ...taskRunMove({ from: { type: 'COMPLETED' }, to }), ...known }).verdict).toBe('ACCEPT');
  });
});
