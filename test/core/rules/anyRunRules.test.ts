import { describe, expect, test } from 'vitest';
import { decideFlowRun, decideTaskRun } from '../../../src/core/rules/decide.ts';
import type { StateDetails, StateRequest } from '../../../src/core/runs/state.ts';
import { at, flowRunMove, taskRunMove } from '../given.ts';

// Rules that hold for both kinds of runs, tested with flow runs.

const decide = (from: StateRequest, to: StateRequest, force = false) => decideFlowRun(flowRunMove({ from, to, force }));
const ACCEPTED = { verdict: 'ACCEPT', rule: null };

describe('a pending run', () => {
  const due = (seconds: number): Partial<StateDetails> => ({ scheduledTime: at(seconds) });
  test('a pending run keeps the scheduled time of its former state', () =>
    expect(
      decide({ type: 'SCHEDULED', details: due(-5) }, { type: 'PENDING' }).write?.state.details.scheduledTime,
    ).toBe(at(-5)));
  test('a pending run may propose its own scheduled time', () =>
    expect(
      decide({ type: 'SCHEDULED', details: due(-5) }, { type: 'PENDING', details: due(60) }).write?.state.details
        .scheduledTime,
    ).toBe(at(60)));
  test('a pending run that is renamed keeps its time and its lease', () => {
    const from = { type: 'PENDING', details: { ...due(-5), deploymentConcurrencyLeaseId: 'a' } } as const;
    const to = {
      type: 'PENDING',
      name: 'Submitting',
      details: { ...due(60), deploymentConcurrencyLeaseId: 'b' },
    } as const;
    expect(decide(from, to).write?.state.details).toMatchObject(from.details);
  });
  test.each([
    ['Submitting', 'InfrastructurePending', 'ACCEPT'],
    ['Submitting', 'Submitting', 'ABORT'],
    ['Submitting', 'Pending', 'ABORT'],
    ['Pending', 'Pending', 'ABORT'],
  ])('a pending run moves from the name %s to %s: %s', (from, to, verdict) =>
    expect(decide({ type: 'PENDING', name: from }, { type: 'PENDING', name: to }).verdict).toBe(verdict),
  );
});

describe('waiting for the scheduled time', () => {
  const running = (from: 'SCHEDULED' | 'PENDING', seconds: number) =>
    decide({ type: from, details: { scheduledTime: at(seconds) } }, { type: 'RUNNING' });
  test.each([
    [90, 90],
    [0.500001, 1],
    [1.5, 1],
    [1.6, 2],
  ])('a run due in %d s waits %d s before it may run', (due, seconds) => {
    for (const from of ['SCHEDULED', 'PENDING'] as const)
      expect(running(from, due)).toEqual({
        verdict: 'WAIT',
        rule: 'WaitForScheduledTime',
        reason: 'Scheduled time is in the future',
        retryAfterSeconds: seconds,
        write: null,
      });
  });
  test.each([0.5, 0.35, 0, -0.7, -90])('a run due in %d s may run', (due) =>
    expect(running('SCHEDULED', due)).toMatchObject(ACCEPTED),
  );
  test('a pending run without a scheduled time may run', () =>
    expect(decide({ type: 'PENDING' }, { type: 'RUNNING' })).toMatchObject(ACCEPTED));
  test('a forced move to RUNNING does not wait for the scheduled time', () =>
    expect(decide({ type: 'SCHEDULED', details: { scheduledTime: at(90) } }, { type: 'RUNNING' }, true)).toMatchObject(
      ACCEPTED,
    ));
});

test('a task run waits for its scheduled time and keeps it when it becomes pending', () => {
  const from: StateRequest = { type: 'SCHEDULED', details: { scheduledTime: at(90) } };
  expect(decideTaskRun(taskRunMove({ from, to: { type: 'RUNNING' } })).retryAfterSeconds).toBe(90);
  expect(decideTaskRun(taskRunMove({ from, to: { type: 'PENDING' } })).write?.state.details.scheduledTime).toBe(at(90));
});
