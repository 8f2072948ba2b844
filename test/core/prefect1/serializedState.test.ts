import { describe, expect, test } from 'vitest';
import { PREFECT_1_STATES } from '../../../src/core/prefect1/prefect1States.ts';
import {
  isTooLarge,
  normaliseState,
  prefect1Time,
  pythonJsonLength,
  serializeState,
} from '../../../src/core/prefect1/serializedState.ts';
import { proposeState } from '../../../src/core/runs/state.ts';
import type { Json } from '../../../src/core/values/jsonObject.ts';
import { NOON } from '../given.ts';

const NOON_TEXT = '2026-11-21T12:00:00+00:00';
const COMMON = { message: null, context: {}, cached_inputs: {}, _result: { type: 'NoResultType' } };
const normalised = (sent: Json) => normaliseState(sent, NOON).serialized;

describe('a state that a client sent', () => {
  test.each<[string, Json, object]>([
    ['a state has all common fields', { type: 'Running', message: 'm' }, { ...COMMON, type: 'Running', message: 'm' }],
    [
      'a scheduled state without a start time starts now',
      { type: 'Scheduled' },
      { ...COMMON, type: 'Scheduled', start_time: NOON_TEXT },
    ],
    [
      'a scheduled state whose start time is null starts now',
      { type: 'Resume', start_time: null },
      { ...COMMON, type: 'Resume', start_time: NOON_TEXT },
    ],
    ['a paused state never starts', { type: 'Paused' }, { ...COMMON, type: 'Paused', start_time: null }],
    [
      'a queued state holds no other state',
      { type: 'Queued' },
      { ...COMMON, type: 'Queued', start_time: NOON_TEXT, state: null },
    ],
    [
      'a retrying state has a run count',
      { type: 'Retrying' },
      { ...COMMON, type: 'Retrying', run_count: 1, start_time: NOON_TEXT },
    ],
    ['a looped state has a loop count', { type: 'Looped' }, { ...COMMON, type: 'Looped', loop_count: 1 }],
    [
      'a cached state has the fields that make it valid',
      { type: 'Cached' },
      { ...COMMON, type: 'Cached', hashed_inputs: null, cached_parameters: null, cached_result_expiration: null },
    ],
    [
      'a mapped state has no result',
      { type: 'Mapped', n_map_states: 3, _result: { type: 'Result' } },
      { type: 'Mapped', n_map_states: 3, message: null, context: {}, cached_inputs: {} },
    ],
    [
      'a state keeps the fields that the client sent',
      {
        type: 'Success',
        _result: { type: 'PrefectResult', location: '1' },
        cached_inputs: null,
        context: null,
        foo: 1,
      },
      {
        type: 'Success',
        _result: { type: 'PrefectResult', location: '1' },
        cached_inputs: null,
        context: null,
        foo: 1,
        message: null,
      },
    ],
    [
      'a state whose result is null gets a loadable result',
      { type: 'Success', _result: null },
      { ...COMMON, type: 'Success' },
    ],
    [
      'the state inside a state is completed, too',
      { type: 'Submitted', state: { type: 'Scheduled' } },
      { ...COMMON, type: 'Submitted', state: { ...COMMON, type: 'Scheduled', start_time: NOON_TEXT } },
    ],
    [
      'the state inside a state may be null',
      { type: 'ClientFailed' },
      { ...COMMON, type: 'ClientFailed', state: null },
    ],
    [
      'a message with characters that cannot be stored becomes storable',
      { type: 'Failed', message: 'a\0b\ud800' },
      { ...COMMON, type: 'Failed', message: 'ab\ufffd' },
    ],
  ])('%s', (_, sent, expected) => expect(normalised(sent)).toEqual(expected));

  test.each([
    ['2022-01-01T00:00:00', '2022-01-01T00:00:00+00:00'],
    ['2022-01-01T02:00:00.5+02:00', '2022-01-01T00:00:00.500000+00:00'],
    ['2022-01-01T00:00:00.000001Z', '2022-01-01T00:00:00.000001+00:00'],
  ])('a state that starts at %s is written with the start %s', (start_time, text) => {
    const { serialized, startTime, className } = normaliseState({ type: 'Scheduled', start_time }, NOON);
    expect([serialized.start_time, startTime === null ? null : prefect1Time(startTime), className]).toEqual([
      text,
      text,
      'Scheduled',
    ]);
  });

  test.each<[Json, string]>([
    [{ type: 'Nope' }, "{'type': ['Unsupported value: Nope']}"],
    [{ type: 'State' }, "{'type': ['Unsupported value: State']}"],
    [{ type: 5 }, "{'type': ['Unsupported value: 5']}"],
    [{ message: 'm' }, "{'type': ['Missing data for required field.']}"],
    [{ type: 'Running', message: 5 }, "{'message': ['Not a valid string.']}"],
    ['x', "{'_schema': 'Invalid data type: x'}"],
    [[1], "{'_schema': 'Invalid data type: [1]'}"],
    [{ type: 'Submitted', state: 5 }, "{'_schema': 'Invalid data type: 5'}"],
    [{ type: 'Looped', loop_count: null }, "{'loop_count': ['Field may not be null.']}"],
    [{ type: 'Scheduled', start_time: 'soon' }, "{'start_time': ['Not a valid datetime.']}"],
    [{ type: 'Scheduled', start_time: 5 }, "{'start_time': ['Not a valid datetime.']}"],
  ])('the state %j is rejected', (sent, message) => expect(() => normaliseState(sent, NOON)).toThrow(message));

  test('a state that is nested too deeply is rejected', () => {
    let deep: Json = 1;
    for (let level = 0; level < 300; level += 1) deep = [deep];
    expect(() => normalised({ type: 'Running', context: deep })).toThrow('nested too deeply');
  });
});

describe('a native state', () => {
  test.each([
    [{ type: 'RUNNING' }, { ...COMMON, type: 'Running' }],
    [
      { type: 'CRASHED', message: 'gone' },
      { ...COMMON, type: 'Failed', message: 'gone' },
    ],
    [{ type: 'SCHEDULED' }, { ...COMMON, type: 'Scheduled', start_time: NOON_TEXT }],
    [
      { type: 'SCHEDULED', name: 'AwaitingRetry' },
      { ...COMMON, type: 'Retrying', run_count: 1, start_time: NOON_TEXT },
    ],
    [{ type: 'PAUSED' }, { ...COMMON, type: 'Paused', start_time: null }],
    [
      { type: 'COMPLETED', name: 'Anything' },
      { ...COMMON, type: 'Success' },
    ],
  ] as const)('the native state %j can be loaded by Prefect 1', (request, expected) =>
    expect(serializeState(proposeState(request, 'id', NOON)).serialized).toEqual(expected),
  );
});

test.each(PREFECT_1_STATES)('normalising a normalised %s state changes nothing', (type) => {
  const once = normaliseState({ type }, NOON);
  expect(normaliseState(once.serialized, NOON + 1)).toEqual(once);
});

describe('the size of a state', () => {
  // Python 3: len(json.dumps(value))
  test.each<[Json, number]>([
    [{}, 2],
    [[], 2],
    [[1, 2, 3], 9],
    [{ a: 1, b: [null, true] }, 27],
    ['ä', 8],
    ['😀', 14],
    ['a,b:c', 7],
    ['\u007f', 8],
  ])('Python writes %j as JSON of %d characters', (value, length) => expect(pythonJsonLength(value)).toBe(length));

  test('a state may have a million characters, of which 49 belong to the text itself', () => {
    expect(isTooLarge('x'.repeat(999_949))).toBe(false);
    expect(isTooLarge('x'.repeat(999_950))).toBe(true);
  });
});
