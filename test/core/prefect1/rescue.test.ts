import { describe, expect, test } from 'vitest';
import {
  GOING_ON,
  type LostTaskRun,
  rescueCancelling,
  rescueTaskRun,
  resurrect,
} from '../../../src/core/prefect1/rescue.ts';
import { normaliseState } from '../../../src/core/prefect1/serializedState.ts';
import { NOON } from '../given.ts';

const lost = (run: Partial<LostTaskRun>): LostTaskRun => ({
  ...{ id: 'id', name: null, flowRunId: 'flow-run', flowRunState: 'Running' },
  ...{ maxRetries: 0, retryDelaySeconds: 0, retries: 0, ...run },
});

describe('a lost task run', () => {
  test('a lost task run with retries left retries after its delay', () => {
    const { state, line } = rescueTaskRun(lost({ maxRetries: 2, retries: 1, retryDelaySeconds: 90 }));
    const message = 'No heartbeat detected from the remote task; retrying the run.This will be retry 2 of 2.';
    expect(state(NOON)).toEqual({ type: 'Retrying', message, run_count: 2, start_time: '2026-11-21T12:01:30+00:00' });
    expect(line).toEqual({ level: 40, name: 'prefect-server.ZombieKiller.TaskRun', message });
  });

  test.each([
    ['a million years', 31_557_600_000_000, '9999-12-31T23:59:59.999968+00:00'],
    ['less than nothing', -1e18, '2026-11-21T12:00:00+00:00'],
  ])('a lost task run whose delay is %s retries at a time that can be stored', (_, retryDelaySeconds, start_time) => {
    const { state } = rescueTaskRun(lost({ maxRetries: 2, retryDelaySeconds }));
    expect(state(NOON)).toMatchObject({ type: 'Retrying', start_time });
    expect(() => normaliseState(state(NOON), NOON)).not.toThrow();
  });

  test.each([
    ['that has no retries left', { maxRetries: 1, retries: 1 }, 'None'],
    ['whose flow run does not run', { maxRetries: 1, flowRunState: 'Failed' }, 'None'],
    ['that has a name', { name: 'n' }, 'n'],
  ])('a lost task run %s fails', (_, run, name) => {
    const message = `No heartbeat detected from the remote task; marking the task run id (${name}) as failed.`;
    expect(rescueTaskRun(lost(run)).state(NOON)).toEqual({ type: 'Failed', message });
  });
});

test('a lost flow run that is cancelling fails', () =>
  expect(rescueCancelling().state(NOON)).toMatchObject({ type: 'Failed' }));

test('a lost flow run is scheduled three times and then fails', () => {
  const types = [0, 1, 2, 3, 4].map((timesResurrected) => resurrect({ id: 'id', timesResurrected }).state(NOON).type);
  expect(types).toEqual(['Scheduled', 'Scheduled', 'Scheduled', 'Failed', 'Failed']);
});

test('a flow run counts as alive while a task run is in one of these states', () =>
  expect([...GOING_ON].sort()).toEqual(['Cancelling', 'Paused', 'Resume', 'Retrying', 'Running', 'Scheduled']));
