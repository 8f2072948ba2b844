import { describe, expect, test } from 'vitest';
import { decideTaskRun } from '../../../src/core/rules/decide.ts';
import type { TaskRunFacts, TaskRunMove } from '../../../src/core/runs/move.ts';
import { NO_TASK_RUN_POLICY } from '../../../src/core/runs/run.ts';
import { NO_DETAILS, type StateRequest, type StateType } from '../../../src/core/runs/state.ts';
import type { Json } from '../../../src/core/values/jsonObject.ts';
import { at, RESULT, taskRunMove } from '../given.ts';

// What the transition tables do not show of the rules for task runs; taskCaching.test.ts has the rules of the cache.

interface Facts extends Partial<Pick<TaskRunMove, 'flowRun'>> {
  run?: Partial<TaskRunFacts>;
  force?: boolean;
  random?: number;
}
const decide = (from: StateRequest | null, to: StateRequest, { run = {}, random = 0.5, ...more }: Facts = {}) =>
  decideTaskRun({ ...taskRunMove({ from, to, ...more }, run), random });
const flowRun = (stateType: StateType, runCount = 1, details = {}) => ({
  id: 'flow-run',
  stateType,
  details: { ...NO_DETAILS, ...details },
  runCount,
});
const ACCEPTED = { verdict: 'ACCEPT', rule: null };

describe('leaving a final state', () => {
  const again = { runCount: 3, flowRunRunCount: 1 };
  test.each([
    ['RUNNING', 1],
    ['PENDING', 0],
    ['FAILED', 3],
  ] as const)('a task run that leaves a final state for %s has the run count %d', (type, runCount) =>
    expect(decide({ type: 'CANCELLED' }, { type }, { run: again }).write?.changes.runCount).toBe(runCount),
  );
  test.each([
    ['its flow run runs again', flowRun('RUNNING', 2), 'Retrying'],
    ['its flow run is in the same run', flowRun('RUNNING', 1), 'Mine'],
    ['it has no flow run', null, 'Mine'],
  ])('a task run that is run again is named by whether %s', (_, enclosing, name) =>
    expect(
      decide({ type: 'FAILED' }, { type: 'RUNNING', name: 'Mine' }, { run: again, flowRun: enclosing }).write?.state
        .name,
    ).toBe(name),
  );
  test('a rejected exit from a final state does not reset the run count', () => {
    const decision = decide({ type: 'FAILED' }, { type: 'RUNNING' }, { run: again, flowRun: flowRun('PAUSED', 2) });
    expect(decision.write).toMatchObject({ state: { name: 'NotReady' }, changes: { runCount: 3, flowRunRunCount: 1 } });
  });
  test.each<[Json, string]>([
    [RESULT, 'REJECT'],
    [{ type: 'unpersisted' }, 'ACCEPT'],
    [{}, 'ACCEPT'],
    [5, 'ACCEPT'],
    ['text', 'ACCEPT'],
    [[1], 'ACCEPT'],
    [null, 'ACCEPT'],
  ])('a task run completed with the data %j that runs again: %s', (data, verdict) =>
    expect(decide({ type: 'COMPLETED', data }, { type: 'RUNNING' }).verdict).toBe(verdict),
  );
});

describe('a task run in a flow run', () => {
  test('a task run in a paused flow run is paused until the same time', () => {
    const details = { pauseTimeout: at(600), pauseReschedule: true, pauseKey: 'k' };
    const decision = decide({ type: 'PENDING' }, { type: 'RUNNING' }, { flowRun: flowRun('PAUSED', 1, details) });
    expect(decision.write?.state).toMatchObject({
      id: 'new-1',
      type: 'PAUSED',
      name: 'NotReady',
      details: { pauseTimeout: at(600), pauseReschedule: true, pauseKey: null, flowRunId: 'flow-run' },
    });
  });
  test('a task run stores the run of its flow run in which it ran', () => {
    const facts = { flowRun: flowRun('RUNNING', 2) };
    expect(decide({ type: 'PENDING' }, { type: 'RUNNING' }, facts).write?.changes.flowRunRunCount).toBe(2);
    expect(decide({ type: 'PENDING' }, { type: 'COMPLETED' }, facts).write?.changes.flowRunRunCount).toBe(0);
    expect(
      decide({ type: 'PENDING' }, { type: 'RUNNING' }, { ...facts, force: true }).write?.changes.flowRunRunCount,
    ).toBe(0);
  });
});

describe('a background task', () => {
  const deferred = (details = {}) => ({ deferred: true, ...details });
  const due = { taskParametersId: 'p', scheduledTime: at(-1) };
  test.each<[string, StateRequest, StateRequest, string | null]>([
    ['pending', { type: 'SCHEDULED', details: due }, { type: 'PENDING', details: deferred() }, 'p'],
    ['running', { type: 'PENDING', details: due }, { type: 'RUNNING', details: deferred() }, 'p'],
    [
      'pending with its own',
      { type: 'SCHEDULED', details: due },
      { type: 'PENDING', details: deferred({ taskParametersId: 'q' }) },
      'q',
    ],
    ['completed', { type: 'RUNNING', details: due }, { type: 'COMPLETED', details: deferred() }, null],
  ])('a background task has its parameters when %s', (_, from, to, id) =>
    expect(decide(from, to).write?.state.details.taskParametersId).toBe(id),
  );
  test('a background task created as RUNNING stores the run of its flow run', () => {
    const to: StateRequest = { type: 'RUNNING', details: deferred() };
    expect(decide(null, to, { flowRun: flowRun('RUNNING', 2), force: true }).write?.changes.flowRunRunCount).toBe(2);
  });
  test('a background task needs no running flow run', () =>
    expect(
      decide({ type: 'PENDING' }, { type: 'RUNNING', details: deferred() }, { flowRun: flowRun('COMPLETED') }),
    ).toMatchObject(ACCEPTED));
});

describe('retrying', () => {
  const policy = { ...NO_TASK_RUN_POLICY, retries: 2, retryDelaySeconds: [1, 30] };
  const fail = (run: Partial<TaskRunFacts>, details = {}) =>
    decide({ type: 'RUNNING' }, { type: 'FAILED', message: 'boom', data: 5, details }, { run });
  test.each([
    [1, 1],
    [2, 30],
  ])('run number %d of a task run is retried after %d s', (runCount, seconds) => {
    const decision = fail({ policy, runCount });
    expect(decision).toMatchObject({ verdict: 'REJECT', rule: 'RetryFailedTasks', reason: 'Retrying' });
    expect(decision.write?.state).toMatchObject({
      id: 'new-1',
      type: 'SCHEDULED',
      name: 'AwaitingRetry',
      message: 'boom',
      data: 5,
      details: { scheduledTime: at(seconds) },
    });
  });
  test.each([
    ['the last run', { policy, runCount: 3 }, {}],
    ['a run without retries', { runCount: 1 }, {}],
    ['a failure that is not retriable', { policy, runCount: 1 }, { retriable: false }],
  ])('a task run is not retried after %s', (_, run, details) => expect(fail(run, details)).toMatchObject(ACCEPTED));
  test('a task run is retried after a failure that is retriable', () =>
    expect(fail({ policy, runCount: 1 }, { retriable: true }).verdict).toBe('REJECT'));
  test('the retry delay of a task run is spread by its jitter', () => {
    const run = { policy: { ...policy, retryJitterFactor: 0.5 }, runCount: 2 };
    const times = [0, 0.999].map(
      (random) => decide({ type: 'RUNNING' }, { type: 'FAILED' }, { run, random }).write?.state.details.scheduledTime,
    );
    expect(times[0]).toBeLessThan(at(30));
    expect(times[1]).toBeGreaterThan(at(30));
  });
});

test.each([
  ['AwaitingRetry', 1, 'Retrying'],
  ['Scheduled', 1, 'Rerunning'],
  ['AwaitingRetry', 0, 'Mine'],
])('a task run that is %s and ran %d times runs as %s', (name, runCount, expected) =>
  expect(
    decide(
      { type: 'SCHEDULED', name, details: { scheduledTime: at(-1) } },
      { type: 'RUNNING', name: 'Mine' },
      { run: { runCount } },
    ).write?.state.name,
  ).toBe(expected),
);
