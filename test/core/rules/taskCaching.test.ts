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
  test('is taken in place of running', () => {
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
    // Nothing ran, and the cache has the result already.
    expect(decision.write?.changes).toMatchObject({ runCount: 0, startTime: at(0), endTime: at(0) });
    expect(decision.write?.effects).toEqual([]);
  });
  test('is taken also where the flow run has stopped', () =>
    expect(decide({ type: 'PENDING' }, running(), { cached, flowRun: CANCELLED }).write?.state.name).toBe('Cached'));
  test.each([
    ['there is none', running(), null],
    ['no key is given', running({ cacheKey: null }), cached],
    ['the key is empty', running({ cacheKey: '' }), cached],
    ['a fresh one is asked for', running({ refreshCache: true }), cached],
  ])('is not taken where %s', (_, to, found) =>
    expect(decide({ type: 'PENDING' }, to, { cached: found })).toMatchObject(ACCEPTED),
  );
  test('is not looked for by force', () =>
    expect(decide({ type: 'PENDING' }, running(), { cached, force: true })).toMatchObject(ACCEPTED));
});

describe('caching', () => {
  const complete = (cacheKey: string | null, force = false) =>
    decide({ type: 'RUNNING' }, { type: 'COMPLETED', details: { cacheKey, cacheExpiration: at(60) } }, { force });
  test.each([['k'], ['k'.repeat(2000)], ['😀'.repeat(2000)]])('keeps a completed state under its key', (cacheKey) =>
    expect(complete(cacheKey).write?.effects).toEqual([
      { kind: 'cacheState', cacheKey, cacheExpiration: at(60), stateId: 'state-asked' },
    ]),
  );
  test.each([[null], ['']])('does nothing without a key: %j', (cacheKey) =>
    expect(complete(cacheKey)).toMatchObject({ ...ACCEPTED, write: { effects: [] } }),
  );
  test('refuses a key that is too long before anything is written', () =>
    expect(complete('k'.repeat(2001))).toEqual({
      verdict: 'REJECT',
      rule: 'CacheInsertion',
      reason: 'Cache key exceeded maximum allowed length of 2000 characters.',
      retryAfterSeconds: null,
      write: null,
    }));
  test('is not for forced states', () => expect(complete('k', true).write?.effects).toEqual([]));
  test('is for completed states only', () =>
    expect(decide({ type: 'RUNNING' }, { type: 'FAILED', details: { cacheKey: 'k' } }).write?.effects).toEqual([]));
});

test('the cache serves background tasks from their first state on', () => {
  const details = { deferred: true, cacheKey: 'k' };
  const cached = current({ type: 'COMPLETED' });
  expect(decide(null, { type: 'RUNNING', details }, { cached, force: true }).write?.state.name).toBe('Cached');
  expect(decide(null, { type: 'COMPLETED', details }, { force: true }).write?.effects).toHaveLength(1);
});
