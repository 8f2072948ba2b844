import { describe, expect, test } from 'vitest';
import { decideFlowRun } from '../../../src/core/rules/decide.ts';
import type { FlowRunFacts } from '../../../src/core/runs/move.ts';
import { NO_FLOW_RUN_POLICY } from '../../../src/core/runs/run.ts';
import type { StateRequest } from '../../../src/core/runs/state.ts';
import type { Json } from '../../../src/core/values/jsonObject.ts';
import { at, flowRunMove, RESULT } from '../given.ts';

// What the tables of transitions cannot say: details, columns and the corners of each rule of flow runs.

const decide = (from: StateRequest | null, to: StateRequest, run: Partial<FlowRunFacts> = {}, force = false) =>
  decideFlowRun(flowRunMove({ from, to, force }, run));
const policy = (more: Partial<FlowRunFacts['policy']>) => ({ policy: { ...NO_FLOW_RUN_POLICY, ...more } });
const REJECTED = { verdict: 'REJECT', write: null };
const ACCEPTED = { verdict: 'ACCEPT', rule: null, reason: null, retryAfterSeconds: null };

describe('the lease of a deployment slot', () => {
  const lease = (deploymentConcurrencyLeaseId: string | null) => ({ details: { deploymentConcurrencyLeaseId } });
  test.each([
    ['goes along', 'a', null, 'a'],
    ['may be replaced', 'a', 'b', 'b'],
    ['may be new', null, 'b', 'b'],
    ['may be none', null, null, null],
  ])('%s', (_, before, proposed, after) => {
    const decision = decide({ type: 'PENDING', ...lease(before) }, { type: 'RUNNING', ...lease(proposed) });
    expect(decision.write?.state.details.deploymentConcurrencyLeaseId).toBe(after);
  });
  test('goes along when the run is retried', () => {
    const decision = decide({ type: 'RUNNING', ...lease('a') }, { type: 'FAILED' }, policy({ retries: 1 }));
    expect(decision.write?.state).toMatchObject({ name: 'AwaitingRetry', ...lease('a') });
  });
  test('is left behind by force', () => {
    const decision = decide({ type: 'PENDING', ...lease('a') }, { type: 'RUNNING' }, {}, true);
    expect(decision.write?.state.details.deploymentConcurrencyLeaseId).toBe(null);
  });
});

describe('a transition id', () => {
  const id = (transitionId: string | null) => ({ details: { transitionId } });
  const again = {
    ...REJECTED,
    rule: 'PreventDuplicateTransitions',
    reason: 'This run has already made this state transition.',
  };
  test.each([
    ['equal to that of the current state is rejected', 'a', 'a', again],
    ['that differs is like none', 'a', 'b', ACCEPTED],
    ['that the current state lacks is like none', null, 'b', ACCEPTED],
    ['that is missing is like none', 'a', null, ACCEPTED],
    ['that both lack is none', null, null, ACCEPTED],
  ])('%s', (_, before, proposed, expected) => {
    expect(decide({ type: 'RUNNING', ...id(before) }, { type: 'RUNNING', ...id(proposed) })).toMatchObject(expected);
  });
  test('tells a cancelling run that asks again that it is cancelling already', () =>
    expect(decide({ type: 'CANCELLING', ...id('a') }, { type: 'CANCELLING', ...id('a') })).toMatchObject(again));
  test('is compared whatever the types', () =>
    expect(decide({ type: 'RUNNING', ...id('a') }, { type: 'FAILED', ...id('a') })).toMatchObject(again));
  test('is not asked by force', () =>
    expect(decide({ type: 'RUNNING', ...id('a') }, { type: 'RUNNING', ...id('a') }, {}, true)).toMatchObject(ACCEPTED));
  test('of a first state has nothing to be compared with', () =>
    expect(decide(null, { type: 'RUNNING', ...id('a') })).toMatchObject(ACCEPTED));
});

describe('a result that is kept', () => {
  const blocked = { ...REJECTED, reason: 'Run is already COMPLETED.' };
  const lost = {
    ...REJECTED,
    reason: 'Cannot overwrite a COMPLETED state that carries persisted result data with one that does not.',
  };
  test.each<[string, Json, object]>([
    ['is an object', RESULT, blocked],
    ['is not an empty object', {}, ACCEPTED],
    ['is not the mark of one that is not', { type: 'unpersisted' }, ACCEPTED],
    ['is not a number', 5, ACCEPTED],
    ['is not a text', 'text', ACCEPTED],
    ['is not a list', [RESULT], ACCEPTED],
    ['is not nothing', null, ACCEPTED],
  ])('%s', (_, data, expected) =>
    expect(decide({ type: 'COMPLETED', data }, { type: 'RUNNING' })).toMatchObject(expected),
  );
  test.each<[Json, object]>([
    [{ type: 'reference', storage_key: 'other' }, ACCEPTED],
    [null, lost],
    [5, lost],
    [{}, lost],
    [{ type: 'unpersisted' }, lost],
  ])('is not overwritten by less, with or without force: %j', (data, expected) => {
    const [from, to] = [{ type: 'COMPLETED', data: RESULT } as const, { type: 'COMPLETED', data } as const];
    expect(decide(from, to)).toMatchObject({
      ...expected,
      rule: expected === lost ? 'HandleFlowTerminalStateTransitions' : null,
    });
    expect(decide(from, to, {}, true)).toMatchObject({
      ...expected,
      rule: expected === lost ? 'PreventResultDataLoss' : null,
    });
  });
  test('of a failed run does not hold it', () =>
    expect(decide({ type: 'FAILED', data: RESULT }, { type: 'RUNNING' })).toMatchObject(ACCEPTED));
});

describe('leaving a final state', () => {
  const before = {
    ...NO_FLOW_RUN_POLICY,
    resuming: true,
    pauseKeys: ['k'],
    retryType: 'in_process' as const,
    retries: 3,
  };
  test.each([
    ['RUNNING', { resuming: false, pauseKeys: [], retryType: null, retries: 3 }],
    ['PENDING', { resuming: false, pauseKeys: [], retryType: null, retries: 3 }],
    ['SCHEDULED', { resuming: false, pauseKeys: [], retryType: 'reschedule', retries: 3 }],
  ] as const)('for %s empties what is known of pauses', (type, expected) => {
    const decision = decide(
      { type: 'FAILED' },
      { type },
      { ...policy(before), deploymentId: 'deployment', runCount: 4 },
    );
    expect(decision.write?.changes.policy).toMatchObject(expected);
    // Unlike a task run's, the count of runs goes on.
    expect(decision.write?.changes.runCount).toBe(type === 'RUNNING' ? 5 : 4);
  });
  test('for another final state keeps the keys and how the run was retried', () =>
    expect(decide({ type: 'FAILED' }, { type: 'CANCELLED' }, policy(before)).write?.changes.policy).toMatchObject({
      pauseKeys: ['k'],
      retryType: 'in_process',
    }));
  test('by force keeps them too', () =>
    expect(decide({ type: 'FAILED' }, { type: 'PENDING' }, policy(before), true).write?.changes.policy).toMatchObject(
      before,
    ));
});

describe('cancelling', () => {
  const cancelled = (kind: string) => ({
    verdict: 'REJECT',
    rule: 'BypassCancellingFlowRunsWithNoInfra',
    reason: `${kind} flow run has no infrastructure to terminate.`,
    write: { state: { id: 'new-1', type: 'CANCELLED', name: 'Cancelled', message: null } },
  });
  const suspended = { pauseReschedule: true };
  test.each<[string, StateRequest, string | null, object]>([
    ['a scheduled run', { type: 'SCHEDULED' }, null, cancelled('Scheduled')],
    ['a scheduled run with an empty process id', { type: 'SCHEDULED' }, '', cancelled('Scheduled')],
    ['a scheduled run with a process', { type: 'SCHEDULED', name: 'AwaitingRetry' }, 'pid', ACCEPTED],
    ['a resuming run, whatever process it had', { type: 'SCHEDULED', name: 'Resuming' }, 'pid', cancelled('Scheduled')],
    ['a suspended run', { type: 'PAUSED', details: suspended }, 'pid', cancelled('Suspended')],
    ['a run in a blocking pause', { type: 'PAUSED' }, 'pid', ACCEPTED],
    ['a run in a blocking pause that is named Resuming', { type: 'PAUSED', name: 'Resuming' }, 'pid', ACCEPTED],
    ['a running run', { type: 'RUNNING' }, null, ACCEPTED],
  ])('%s, with or without force', (_, from, infrastructurePid, expected) => {
    for (const force of [false, true])
      expect(decide(from, { type: 'CANCELLING' }, { infrastructurePid }, force)).toMatchObject(expected);
  });
});

describe('retrying', () => {
  const fail = (run: Partial<FlowRunFacts>) =>
    decide({ type: 'RUNNING' }, { type: 'FAILED', message: 'boom', data: 5 }, run);
  const paused = { resuming: true, pauseKeys: ['k'] };
  test.each([
    [1, 1, true],
    [1, 2, false],
    [3, 3, true],
    [3, 4, false],
    [0, 1, false],
    [null, 1, false],
  ])('with retries %s the run number %d is retried: %s', (retries, runCount, retried) => {
    const decision = fail({ ...policy({ ...paused, retries, retryType: 'reschedule' }), runCount });
    expect(decision.write?.state.type).toBe(retried ? 'SCHEDULED' : 'FAILED');
    // The state that ends the run clears the mark of resuming, too; the keys are emptied by a retry only.
    expect(decision.write?.changes.policy).toMatchObject({
      resuming: false,
      pauseKeys: retried ? [] : ['k'],
      retryType: retried ? 'in_process' : null,
    });
  });
  test('schedules the run after the delay, with the message and data of the failure', () => {
    const decision = fail({ ...policy({ retries: 1, retryDelaySeconds: 2.5 }), runCount: 1 });
    expect(decision).toMatchObject({ verdict: 'REJECT', rule: 'RetryFailedFlows', reason: 'Retrying' });
    expect(decision.write?.state).toMatchObject({
      id: 'new-1',
      type: 'SCHEDULED',
      name: 'AwaitingRetry',
      message: 'boom',
      data: 5,
      details: { scheduledTime: at(2.5) },
    });
    expect(decision.write?.changes).toMatchObject({ nextScheduledStartTime: at(2.5), endTime: null });
  });
  test('without a delay is at once', () =>
    expect(fail(policy({ retries: 1 })).write?.state.details.scheduledTime).toBe(at(0)));
  test.each([
    ['a crash', 'RUNNING', 'CRASHED'],
    ['a failure before it ran', 'PENDING', 'FAILED'],
  ] as const)('is not for %s', (_, from, to) =>
    expect(decide({ type: from }, { type: to }, policy({ retries: 3 }))).toMatchObject(ACCEPTED),
  );
});
