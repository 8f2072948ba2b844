import { describe, expect, test } from 'vitest';
import { decideFlowRun } from '../../../src/core/rules/decide.ts';
import type { FlowRunFacts } from '../../../src/core/runs/move.ts';
import { NO_FLOW_RUN_POLICY } from '../../../src/core/runs/run.ts';
import type { StateRequest } from '../../../src/core/runs/state.ts';
import { at, current, flowRunMove } from '../given.ts';

const decide = (from: StateRequest | null, to: StateRequest, run: Partial<FlowRunFacts> = {}) =>
  decideFlowRun(flowRunMove({ from, to }, run));
const policy = (more: Partial<FlowRunFacts['policy']>) => ({ policy: { ...NO_FLOW_RUN_POLICY, ...more } });
const RUNNING: StateRequest = { type: 'RUNNING' };
const paused = (pauseKey: string | null, name = 'Paused'): StateRequest => ({
  type: 'PAUSED',
  name,
  details: { pauseKey },
});
const SUSPENDED: StateRequest = { type: 'PAUSED', name: 'Suspended', details: { pauseReschedule: true } };

describe('pausing', () => {
  test('a paused flow run stores the key of its pause', () =>
    expect(decide(RUNNING, paused('b'), policy({ pauseKeys: ['a'] })).write?.changes.policy.pauseKeys).toEqual([
      'a',
      'b',
    ]));
  test('a pause without a key gets a fresh one, so that it may happen again', () =>
    expect(decide(RUNNING, paused(null)).write?.changes.policy.pauseKeys).toEqual(['new-1']));
  test.each([
    ['Paused', 'This pause has already fired.'],
    ['Suspended', 'This suspend has already fired.'],
  ])('a pause key fires once, under the name %s', (name, reason) =>
    expect(decide(RUNNING, paused('a', name), policy({ pauseKeys: ['a'] }))).toMatchObject({
      verdict: 'REJECT',
      rule: 'HandlePausingFlows',
      reason,
      write: null,
    }),
  );
  test.each([
    ['a subflow', { parentTaskRunId: 'parent', deploymentId: 'deployment' }, 'Cannot suspend subflows.'],
    ['a run without a deployment', {}, 'Cannot suspend flows without a deployment.'],
  ])('a flow run cannot be suspended if it is %s', (_, run, reason) =>
    expect(decide(RUNNING, SUSPENDED, run)).toMatchObject({ verdict: 'ABORT', reason, write: null }),
  );
  test('a flow run with a deployment can be suspended', () =>
    expect(decide(RUNNING, SUSPENDED, { deploymentId: 'deployment' }).verdict).toBe('ACCEPT'));
});

describe('leaving a pause', () => {
  const resumingAfter = (from: StateRequest, to: StateRequest, run: Partial<FlowRunFacts> = {}) =>
    decide(from, to, run).write?.changes.policy.resuming;
  test.each([
    ['RUNNING', true],
    ['SCHEDULED', true],
    ['CANCELLING', true],
    ['COMPLETED', false],
    ['FAILED', false],
    ['CANCELLED', false],
    ['CRASHED', false],
  ] as const)('a flow run that leaves a pause for %s is marked as resuming: %s', (type, resuming) => {
    expect(resumingAfter({ type: 'PAUSED' }, { type })).toBe(resuming);
    // A final state clears an earlier mark.
    expect(resumingAfter({ type: 'PAUSED' }, { type }, policy({ resuming: true }))).toBe(resuming);
  });

  test('a rejected exit from a pause writes nothing and does not mark the run as resuming', () =>
    expect(decide({ type: 'PAUSED' }, { type: 'PENDING' })).toEqual({
      verdict: 'REJECT',
      rule: 'HandleResumingPausedFlows',
      reason: 'This run cannot transition to the PENDING state from the PAUSED state.',
      retryAfterSeconds: null,
      write: null,
    }));

  test('a resumed flow run counts one more run, and its next RUNNING does not', () => {
    const first = decide({ type: 'PAUSED' }, RUNNING, { runCount: 1 }).write?.changes;
    expect(first).toMatchObject({ runCount: 2, policy: { resuming: true } });
    const second = decide(RUNNING, RUNNING, { runCount: 2, ...policy({ resuming: true }) }).write?.changes;
    expect(second).toMatchObject({ runCount: 2, policy: { resuming: false } });
  });

  test('resuming a suspended flow run does not count one more run', () => {
    const run = { runCount: 1, deploymentId: 'deployment' };
    const scheduled = decide(SUSPENDED, { type: 'SCHEDULED', name: 'Resuming' }, run).write?.changes;
    expect(scheduled).toMatchObject({ runCount: 1, policy: { resuming: true } });
    const pending = decide({ type: 'SCHEDULED' }, { type: 'PENDING' }, { ...run, ...policy({ resuming: true }) });
    expect(pending.write?.changes).toMatchObject({ runCount: 1, policy: { resuming: true } });
    const running = decide({ type: 'PENDING' }, RUNNING, { ...run, ...policy({ resuming: true }) }).write?.changes;
    expect(running).toMatchObject({ runCount: 1, policy: { resuming: false } });
  });

  test('a suspended flow run needs a deployment to be scheduled or to run, and none to end', () => {
    expect(decide(SUSPENDED, { type: 'SCHEDULED', name: 'Resuming' })).toMatchObject({
      verdict: 'REJECT',
      reason: 'Cannot reschedule a resuming flow run without a deployment.',
      write: null,
    });
    expect(decide(SUSPENDED, { type: 'RUNNING', name: '' }).reason).toBe(
      'Cannot reschedule a running flow run without a deployment.',
    );
    expect(decide(SUSPENDED, { type: 'FAILED' }).verdict).toBe('ACCEPT');
  });
});

describe('a pause that timed out', () => {
  const expired = (details = {}): StateRequest => ({ type: 'PAUSED', details: { pauseTimeout: at(-1), ...details } });
  test.each<[StateRequest, string, string]>([
    [{ type: 'RUNNING' }, 'running', 'pause'],
    [{ type: 'SCHEDULED', name: 'Resuming' }, 'resuming', 'pause'],
    [{ type: 'COMPLETED', name: '' }, 'completed', 'pause'],
    [{ type: 'RUNNING', name: 'Suspended' }, 'suspended', 'suspend'],
  ])('a flow run whose pause timed out fails if it is moved to %j', (to, manner, verb) => {
    const decision = decide(expired(), to);
    expect(decision).toMatchObject({
      verdict: 'REJECT',
      reason: `The flow run ${verb} has timed out and can no longer resume.`,
    });
    expect(decision.write?.state).toMatchObject({
      id: 'new-1',
      type: 'FAILED',
      name: 'Failed',
      message: `The flow was ${manner} and never resumed.`,
    });
    expect(decision.write?.changes.policy.resuming).toBe(false);
  });
  test('a pause has not timed out at its last moment', () =>
    expect(decide(expired({ pauseTimeout: at(0) }), RUNNING).verdict).toBe('ACCEPT'));
  test('a flow run whose pause timed out may be cancelled', () =>
    expect(decide(expired(), { type: 'CANCELLING' }).verdict).toBe('ACCEPT'));
  test('a suspended flow run whose pause timed out fails instead of ending, with or without a deployment', () => {
    for (const deploymentId of [null, 'deployment'])
      expect(decide(expired({ pauseReschedule: true }), { type: 'CANCELLED' }, { deploymentId })).toMatchObject({
        verdict: 'REJECT',
        write: { state: { type: 'FAILED' } },
      });
  });
  test('a flow run whose pause timed out can leave it by force', () => {
    const move = flowRunMove({ from: expired(), to: RUNNING, force: true });
    expect(decideFlowRun(move)).toMatchObject({
      verdict: 'ACCEPT',
      write: { changes: { policy: { resuming: false } } },
    });
    expect(current(expired()).details.pauseTimeout).toBeLessThan(move.now);
  });
});
