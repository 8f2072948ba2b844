import { describe, expect, test } from 'vitest';
import { decideTaskRun } from '../../../src/core/rules/decide.ts';
import type { TaskRunMove } from '../../../src/core/runs/move.ts';
import { NO_DETAILS, type StateRequest } from '../../../src/core/runs/state.ts';
import { at, current, RESULT, taskRunMove } from '../given.ts';

// The rules CacheRetrieval and CacheInsertion.

type Facts = Partial<Pick<TaskRunMove, 'flowRun' | 'cached' | 'force'>>;
const decide = (from: StateRequest | null, to: StateRequest, facts: Facts = {}) =>
  decideTaskRun(taskRunMove({ from, to, ...facts }));
const CANCELLED = { id: 'flow-run', stateType: 'CANCELLED', details: NO_DETAILS, runCount: 1 } as const;
const ACCEPTED = { verdict: 'ACCEPT', rule: null };

describe('a cached result', () => {
  const cached = {
    ...current({ type: 'COMPLETED', message: 'done', data: RESULT, details: { cacheKey: 'k', taskRunId: 'other' } }),
    id: 'cached-state',
  };
  const running = (details = {}): StateRequest => ({ type: 'RUNNING', details: { cacheKey: 'k', ...details } });
  test('a task run with a cached result completes instead of running', () => {
    const decision = decide({ type: 'PENDING' }, running(), { cached });
    expect(decision).toMatchObject({ verdict: 'REJECT', rule: 'CacheRetrieval', reason: 'Retrieved state from cache' });
    expect(decision.write?.state).toEqual({
      id: 'new-1',
      type: 'COMPLETED',
      name: 'Cached',
      timestamp: at(0),
      message: 'done',
      data: RESULT,
      details: { ...NO_DETAILS, cacheKey: 'k', flowRunId: null, taskRunId: 'task-run' },
      prefect1: null,
    });
    // Nothing ran, and the cache already has the result.
    expect(decision.write?.changes).toMatchObject({ runCount: 0, startTime: at(0), endTime: at(0) });
    expect(decision.write?.effects).toEqual([]);
  });
  test('a cached result is used even if the flow run has stopped', () =>
    expect(decide({ type: 'PENDING' }, running(), { cached, flowRun: CANCELLED }).write?.state.name).toBe('Cached'));
  test.each([
    ['the cache is empty', running(), null],
    ['the state has no key', running({ cacheKey: null }), cached],
    ['the key is empty', running({ cacheKey: '' }), cached],
    ['the state refreshes the cache', running({ refreshCache: true }), cached],
  ])('a cached result is not used if %s', (_, to, found) =>
    expect(decide({ type: 'PENDING' }, to, { cached: found })).toMatchObject(ACCEPTED),
  );
  test('a forced move does not read the cache', () =>
    expect(decide({ type: 'PENDING' }, running(), { cached, force: true })).toMatchObject(ACCEPTED));
});

describe('caching', () => {
  const complete = (cacheKey: string | null, force = false) =>
    decide({ type: 'RUNNING' }, { type: 'COMPLETED', details: { cacheKey, cacheExpiration: at(60) } }, { force });
  test.each([['k'], ['k'.repeat(2000)], ['😀'.repeat(2000)]])('a completed state is cached under its key', (cacheKey) =>
    expect(complete(cacheKey).write?.effects).toEqual([
      { kind: 'cacheState', cacheKey, cacheExpiration: at(60), stateId: 'state-asked' },
    ]),
  );
  test.each([[null], ['']])('a completed state without a key is not cached: %j', (cacheKey) =>
    expect(complete(cacheKey)).toMatchObject({ ...ACCEPTED, write: { effects: [] } }),
  );
  test('a cache key that is too long is rejected before anything is written', () =>
    expect(complete('k'.repeat(2001))).toEqual({
      verdict: 'REJECT',
      rule: 'CacheInsertion',
      reason: 'Cache key exceeded maximum allowed length of 2000 characters.',
      retryAfterSeconds: null,
      write: null,
    }));
  test('a forced state is not cached', () => expect(complete('k', true).write?.effects).toEqual([]));
  test('a failed state is not cached', () =>
    expect(decide({ type: 'RUNNING' }, { type: 'FAILED', details: { cacheKey: 'k' } }).write?.effects).toEqual([]));
});

test('a background task uses the cache from its first state', () => {
  const details = { deferred: true, cacheKey: 'k' };
  const cached = current({ type: 'COMPLETED' });
  expect(decide(null, { type: 'RUNNING', details }, { cached, force: true }).write?.state.name).toBe('Cached');
  expect(decide(null, { type: 'COMPLETED', details }, { force: true }).write?.effects).toHaveLength(1);
});
