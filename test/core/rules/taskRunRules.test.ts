import { describe, expect, test } from 'vitest';
import { decideTaskRun } from '../../../src/core/rules/decide.ts';
import type { TaskRunFacts, TaskRunMove } from '../../../src/core/runs/move.ts';
import { NO_TASK_RUN_POLICY } from '../../../src/core/runs/run.ts';
import { NO_DETAILS, type StateRequest, type StateType } from '../../../src/core/runs/state.ts';
import type { Json } from '../../../src/core/values/jsonObject.ts';
import { at, RESULT, taskRunMove } from '../given.ts';

// What the tables of transitions cannot say of the rules of task runs, but those of the cache (taskCaching.test.ts).

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
  ] as const)('for %s the count of runs is then %d', (type, runCount) =>
    expect(decide({ type: 'CANCELLED' }, { type }, { run: again }).write?.changes.runCount).toBe(runCount),
  );
  test.each([
    ['the flow run runs again', flowRun('RUNNING', 2), 'Retrying'],
    ['the flow run runs as before', flowRun('RUNNING', 1), 'Mine'],
    ['there is no flow run', null, 'Mine'],
  ])('the name tells whether %s', (_, enclosing, name) =>
    expect(
      decide({ type: 'FAILED' }, { type: 'RUNNING', name: 'Mine' }, { run: again, flowRun: enclosing }).write?.state
        .name,
    ).toBe(name),
  );
  test('in vain does not touch the count of runs', () => {
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
  ])('completed with %j: %s', (data, verdict) =>
    expect(decide({ type: 'COMPLETED', data }, { type: 'RUNNING' }).verdict).toBe(verdict),
  );
});

describe('a task run in a flow run', () => {
  test('is paused with it, until the same time', () => {
    const details = { pauseTimeout: at(600), pauseReschedule: true, pauseKey: 'k' };
    const decision = decide({ type: 'PENDING' }, { type: 'RUNNING' }, { flowRun: flowRun('PAUSED', 1, details) });
    expect(decision.write?.state).toMatchObject({
      id: 'new-1',
      type: 'PAUSED',
      name: 'NotReady',
      details: { pauseTimeout: at(600), pauseReschedule: true, pauseKey: null, flowRunId: 'flow-run' },
    });
  });
  test('remembers in which of its runs it ran', () => {
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
  ])('finds its parameters when %s', (_, from, to, id) =>
    expect(decide(from, to).write?.state.details.taskParametersId).toBe(id),
  );
  test('that is created running remembers in which run of its flow run', () => {
    const to: StateRequest = { type: 'RUNNING', details: deferred() };
    expect(decide(null, to, { flowRun: flowRun('RUNNING', 2), force: true }).write?.changes.flowRunRunCount).toBe(2);
  });
  test('does not ask for a running flow run', () =>
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
  ])('the run number %d comes back after %d s', (runCount, seconds) => {
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
    ['a failure for good', { policy, runCount: 1 }, { retriable: false }],
  ])('is not for %s', (_, run, details) => expect(fail(run, details)).toMatchObject(ACCEPTED));
  test('is for a failure that says so', () =>
    expect(fail({ policy, runCount: 1 }, { retriable: true }).verdict).toBe('REJECT'));
  test('is spread by the jitter', () => {
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
