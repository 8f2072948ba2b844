import { describe, expect, test } from 'vitest';
import { decideFlowRun } from '../../../src/core/rules/decide.ts';
import type { FlowRunFacts } from '../../../src/core/runs/move.ts';
import { NO_FLOW_RUN_POLICY } from '../../../src/core/runs/run.ts';
import type { StateRequest } from '../../../src/core/runs/state.ts';
import type { Json } from '../../../src/core/values/jsonObject.ts';
import { at, flowRunMove, RESULT } from '../given.ts';

// What the transition tables do not show: details, columns and edge cases of each rule for flow runs.

const decide = (from: StateRequest | null, to: StateRequest, run: Partial<FlowRunFacts> = {}, force = false) =>
  decideFlowRun(flowRunMove({ from, to, force }, run));
const policy = (more: Partial<FlowRunFacts['policy']>) => ({ policy: { ...NO_FLOW_RUN_POLICY, ...more } });
const REJECTED = { verdict: 'REJECT', write: null };
const ACCEPTED = { verdict: 'ACCEPT', rule: null, reason: null, retryAfterSeconds: null };

describe('the lease of a deployment slot', () => {
  const lease = (deploymentConcurrencyLeaseId: string | null) => ({ details: { deploymentConcurrencyLeaseId } });
  test.each([
    ['is kept', 'a', null, 'a'],
    ['may be replaced', 'a', 'b', 'b'],
    ['may be added', null, 'b', 'b'],
    ['may be missing', null, null, null],
  ])('the lease of a flow run that begins to run %s', (_, before, proposed, after) => {
    const decision = decide({ type: 'PENDING', ...lease(before) }, { type: 'RUNNING', ...lease(proposed) });
    expect(decision.write?.state.details.deploymentConcurrencyLeaseId).toBe(after);
  });
  test('the lease of a flow run is kept through a retry', () => {
    const decision = decide({ type: 'RUNNING', ...lease('a') }, { type: 'FAILED' }, policy({ retries: 1 }));
    expect(decision.write?.state).toMatchObject({ name: 'AwaitingRetry', ...lease('a') });
  });
  test('the lease of a flow run is dropped by a forced move', () => {
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
    ['that differs is accepted', 'a', 'b', ACCEPTED],
    ['is accepted if the current state has none', null, 'b', ACCEPTED],
    ['may be missing', 'a', null, ACCEPTED],
    ['may be missing from both states', null, null, ACCEPTED],
  ])('a transition id %s', (_, before, proposed, expected) => {
    expect(decide({ type: 'RUNNING', ...id(before) }, { type: 'RUNNING', ...id(proposed) })).toMatchObject(expected);
  });
  test('a repeated CANCELLING with the same transition id is answered as already made', () =>
    expect(decide({ type: 'CANCELLING', ...id('a') }, { type: 'CANCELLING', ...id('a') })).toMatchObject(again));
  test('a transition id is compared even if the state types differ', () =>
    expect(decide({ type: 'RUNNING', ...id('a') }, { type: 'FAILED', ...id('a') })).toMatchObject(again));
  test('a forced move ignores the transition id', () =>
    expect(decide({ type: 'RUNNING', ...id('a') }, { type: 'RUNNING', ...id('a') }, {}, true)).toMatchObject(ACCEPTED));
  test('the transition id of a first state is not compared', () =>
    expect(decide(null, { type: 'RUNNING', ...id('a') })).toMatchObject(ACCEPTED));
});

describe('a persisted result', () => {
  const blocked = { ...REJECTED, reason: 'Run is already COMPLETED.' };
  const lost = {
    ...REJECTED,
    reason: 'Cannot overwrite a COMPLETED state that carries persisted result data with one that does not.',
  };
  test.each<[string, Json, object]>([
    ['an object', RESULT, blocked],
    ['an empty object', {}, ACCEPTED],
    ['the mark of an unpersisted result', { type: 'unpersisted' }, ACCEPTED],
    ['a number', 5, ACCEPTED],
    ['a text', 'text', ACCEPTED],
    ['a list', [RESULT], ACCEPTED],
    ['null', null, ACCEPTED],
  ])('a completed run keeps only an object as its result: %s', (_, data, expected) =>
    expect(decide({ type: 'COMPLETED', data }, { type: 'RUNNING' })).toMatchObject(expected),
  );
  test.each<[Json, object]>([
    [{ type: 'reference', storage_key: 'other' }, ACCEPTED],
    [null, lost],
    [5, lost],
    [{}, lost],
    [{ type: 'unpersisted' }, lost],
  ])('a persisted result is not overwritten by a state without one, with or without force: %j', (data, expected) => {
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
  test('the result of a failed run does not block a move', () =>
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
  ] as const)('a flow run that leaves a final state for %s forgets its pauses', (type, expected) => {
    const decision = decide(
      { type: 'FAILED' },
      { type },
      { ...policy(before), deploymentId: 'deployment', runCount: 4 },
    );
    expect(decision.write?.changes.policy).toMatchObject(expected);
    // Unlike a task run's, the run count is not reset.
    expect(decision.write?.changes.runCount).toBe(type === 'RUNNING' ? 5 : 4);
  });
  test('a flow run that moves from one final state to another keeps its pause keys and its retry type', () =>
    expect(decide({ type: 'FAILED' }, { type: 'CANCELLED' }, policy(before)).write?.changes.policy).toMatchObject({
      pauseKeys: ['k'],
      retryType: 'in_process',
    }));
  test('a flow run that leaves a final state by force keeps its pause keys', () =>
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
    ['a resuming run with a process', { type: 'SCHEDULED', name: 'Resuming' }, 'pid', cancelled('Scheduled')],
    ['a suspended run', { type: 'PAUSED', details: suspended }, 'pid', cancelled('Suspended')],
    ['a run in a blocking pause', { type: 'PAUSED' }, 'pid', ACCEPTED],
    ['a run in a blocking pause that is named Resuming', { type: 'PAUSED', name: 'Resuming' }, 'pid', ACCEPTED],
    ['a running run', { type: 'RUNNING' }, null, ACCEPTED],
  ])('cancelling %s has the same outcome with and without force', (_, from, infrastructurePid, expected) => {
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
  ])('a flow run with %s retries in its run number %d is retried: %s', (retries, runCount, retried) => {
    const decision = fail({ ...policy({ ...paused, retries, retryType: 'reschedule' }), runCount });
    expect(decision.write?.state.type).toBe(retried ? 'SCHEDULED' : 'FAILED');
    // A final state clears `resuming`, too; only a retry empties the keys.
    expect(decision.write?.changes.policy).toMatchObject({
      resuming: false,
      pauseKeys: retried ? [] : ['k'],
      retryType: retried ? 'in_process' : null,
    });
  });
  test('a retried flow run is scheduled after its delay, with the message and data of the failure', () => {
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
  test('a flow run without a retry delay is retried immediately', () =>
    expect(fail(policy({ retries: 1 })).write?.state.details.scheduledTime).toBe(at(0)));
  test.each([
    ['a crash', 'RUNNING', 'CRASHED'],
    ['a failure before it ran', 'PENDING', 'FAILED'],
  ] as const)('a flow run is not retried after %s', (_, from, to) =>
    expect(decide({ type: from }, { type: to }, policy({ retries: 3 }))).toMatchObject(ACCEPTED),
  );
});
