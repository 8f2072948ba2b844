import { describe, expect, test } from 'vitest';
import { PREFECT_1_STATES } from '../../../src/core/prefect1/prefect1States.ts';
import {
  isTooLarge,
  normaliseState,
  prefect1Time,
  pythonJsonLength,
  serializeState,
  storableJson,
} from '../../../src/core/prefect1/serializedState.ts';
import { proposeState } from '../../../src/core/runs/state.ts';
import type { Json } from '../../../src/core/values/jsonObject.ts';
import { NOON } from '../given.ts';

const NOON_TEXT = '2026-11-21T12:00:00+00:00';
const COMMON = { message: null, context: {}, cached_inputs: {}, _result: { type: 'NoResultType' } };
const normalised = (sent: Json) => normaliseState(sent, NOON).serialized;

describe('a state that a client sent', () => {
  test.each<[string, Json, object]>([
    ['has what every state has', { type: 'Running', message: 'm' }, { ...COMMON, type: 'Running', message: 'm' }],
    [
      'starts now, where it says nothing',
      { type: 'Scheduled' },
      { ...COMMON, type: 'Scheduled', start_time: NOON_TEXT },
    ],
    [
      'starts now, where it says null',
      { type: 'Resume', start_time: null },
      { ...COMMON, type: 'Resume', start_time: NOON_TEXT },
    ],
    ['paused starts never', { type: 'Paused' }, { ...COMMON, type: 'Paused', start_time: null }],
    [
      'queued has no state in it',
      { type: 'Queued' },
      { ...COMMON, type: 'Queued', start_time: NOON_TEXT, state: null },
    ],
    [
      'retrying has a count',
      { type: 'Retrying' },
      { ...COMMON, type: 'Retrying', run_count: 1, start_time: NOON_TEXT },
    ],
    ['looped has a count', { type: 'Looped' }, { ...COMMON, type: 'Looped', loop_count: 1 }],
    [
      'cached has what makes it valid',
      { type: 'Cached' },
      { ...COMMON, type: 'Cached', hashed_inputs: null, cached_parameters: null, cached_result_expiration: null },
    ],
    [
      'mapped has no result',
      { type: 'Mapped', n_map_states: 3, _result: { type: 'Result' } },
      { type: 'Mapped', n_map_states: 3, message: null, context: {}, cached_inputs: {} },
    ],
    [
      'keeps what it says itself',
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
    ['has a result that can be loaded', { type: 'Success', _result: null }, { ...COMMON, type: 'Success' }],
    [
      'has a state in it that is complete, too',
      { type: 'Submitted', state: { type: 'Scheduled' } },
      { ...COMMON, type: 'Submitted', state: { ...COMMON, type: 'Scheduled', start_time: NOON_TEXT } },
    ],
    ['may have none in it', { type: 'ClientFailed' }, { ...COMMON, type: 'ClientFailed', state: null }],
    [
      'can be stored',
      { type: 'Failed', message: 'a\0b', '\0k': ['\ud800'] },
      { ...COMMON, type: 'Failed', message: 'ab', k: ['\ufffd'] },
    ],
  ])('%s', (_, sent, expected) => expect(normalised(sent)).toEqual(expected));

  test.each([
    ['2022-01-01T00:00:00', '2022-01-01T00:00:00+00:00'],
    ['2022-01-01T02:00:00.5+02:00', '2022-01-01T00:00:00.500000+00:00'],
    ['2022-01-01T00:00:00.000001Z', '2022-01-01T00:00:00.000001+00:00'],
  ])('that starts at %s says %s', (start_time, text) => {
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
  ])('%j is refused', (sent, message) => expect(() => normaliseState(sent, NOON)).toThrow(message));

  test('as deep as no reader goes is refused', () => {
    let deep: Json = 1;
    for (let level = 0; level < 300; level += 1) deep = [deep];
    expect(() => storableJson(deep)).toThrow('nested too deeply');
  });
});

describe('a state of ours', () => {
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
  ] as const)('%j can be loaded', (request, expected) =>
    expect(serializeState(proposeState(request, 'id', NOON)).serialized).toEqual(expected),
  );
});

test.each(PREFECT_1_STATES)('%s read again is the same', (type) => {
  const once = normaliseState({ type }, NOON);
  expect(normaliseState(once.serialized, NOON + 1)).toEqual(once);
});

describe('the size of a state is that of Python’s JSON', () => {
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
  ])('%j', (value, length) => expect(pythonJsonLength(value)).toBe(length));

  test('up to a million, with 49 for the text itself', () => {
    expect(isTooLarge('x'.repeat(999_949))).toBe(false);
    expect(isTooLarge('x'.repeat(999_950))).toBe(true);
  });
});
