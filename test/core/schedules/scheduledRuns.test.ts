import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { groupSchedule } from '../../../src/core/schedules/groupSchedule.ts';
import {
  checkSchedule,
  lacksParameters,
  scheduledRuns,
  scheduleOf,
} from '../../../src/core/schedules/scheduledRuns.ts';
import { parseInstant } from '../../../src/core/values/instant.ts';
import type { Json, JsonObject } from '../../../src/core/values/jsonObject.ts';
import { refused } from '../refused.ts';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const NOW = parseInstant('2022-01-01T00:00:00Z') ?? 0;
const DAY = 86_400_000_000;
const daily = (rest: JsonObject = {}) => ({ type: 'CronClock', cron: '0 0 * * *', ...rest });
const runs = (clocks: JsonObject[], lastStart: number | null = null) =>
  scheduledRuns({ schedule: { clocks }, groupSchedule: null, lastStart }, NOW, md5) ?? [];

// Keys that the old server created.
test.each<[JsonObject, string]>([
  [{}, ''],
  [{ parameter_defaults: {}, labels: null }, ''],
  [{ parameter_defaults: { x: 'a' } }, ':219b62d63bdbbd5bcf0c47c997d3dfec'],
  [{ labels: ['ef'] }, ':e231451e38cab727a79d9a3ec325a661'],
])('a clock with %j has idempotency keys that end with "%s"', (rest, end) => {
  expect(runs([daily(rest)])[0]?.idempotencyKey).toBe(`auto-scheduled:2022-01-02T00:00:00+00:00${end}`);
});

test('an idempotency key includes microseconds if there are any', () => {
  const start_date = { dt: '2022-01-05T00:00:00.25', tz: 'UTC' };
  const [run] = runs([{ type: 'IntervalClock', interval: DAY, start_date }]);
  expect(run?.idempotencyKey).toBe('auto-scheduled:2022-01-05T00:00:00.250000+00:00');
});

test('runs before the last start are left out, except those of a clock with labels or parameters', () => {
  expect(runs([daily()])).toHaveLength(10);
  expect(runs([daily()], NOW + 7 * DAY)).toHaveLength(3);
  expect(runs([daily({ labels: [] })], NOW + 7 * DAY)).toHaveLength(10);
});

test.each<[JsonObject | null, JsonObject | null, JsonObject | null]>([
  [null, null, null],
  [{}, {}, null],
  [{ a: 1 }, null, { a: 1 }],
  [{ a: 1 }, {}, { a: 1 }],
  [{ a: 1 }, { b: 1 }, { b: 1 }],
])('the schedule %j with the schedule %j of the group counts as %j', (schedule, group, counts) => {
  expect(scheduleOf({ schedule, groupSchedule: group })).toEqual(counts);
  if (counts === null) expect(scheduledRuns({ schedule, groupSchedule: group, lastStart: null }, NOW, md5)).toEqual([]);
});

describe('a required parameter', () => {
  const parameters: Json = [{ name: 'x', required: true }, { name: 'y', required: false }, null];
  test.each<[string, JsonObject | null, JsonObject, boolean]>([
    ['is missing', { clocks: [daily()] }, {}, true],
    ['is missing for one clock', { clocks: [daily({ parameter_defaults: { x: 1 } }), daily()] }, {}, true],
    ['may come from every clock', { clocks: [daily({ parameter_defaults: { x: null } })] }, {}, false],
    ['may come from the group', { clocks: [daily()] }, { x: 1 }, false],
    ['is not needed without a schedule', null, {}, false],
    ['is not needed with an empty schedule', {}, {}, false],
    ['is not needed without clocks', { filters: [] }, {}, false],
  ])('a required parameter of a scheduled flow %s', (_, schedule, groupParameters, lacks) => {
    expect(lacksParameters({ schedule, parameters, groupParameters })).toBe(lacks);
  });
  test('a flow without parameters lacks none for its schedule', () => {
    expect(lacksParameters({ schedule: { clocks: [daily()] }, parameters: null, groupParameters: {} })).toBe(false);
  });
});

test('the schedule of a group begins now, in its own time zone', () => {
  const input = { cronClocks: [{ cron: '0 9 * * *', parameterDefaults: null }], intervalClocks: [] };
  const schedule = groupSchedule({ ...input, timezone: 'America/New_York' }, NOW);
  const start_date = { dt: '2021-12-31T19:00:00.000000', tz: 'America/New_York' };
  expect(schedule).toEqual({ type: 'Schedule', clocks: [{ type: 'CronClock', cron: '0 9 * * *', start_date }] });
  expect(() => groupSchedule({ ...input, timezone: 'Moon/Crater' }, NOW)).toThrow('Invalid timezone');
  const bad = {
    cronClocks: [],
    intervalClocks: [{ intervalSeconds: 59, parameterDefaults: { x: "it's" } }],
    timezone: null,
  };
  expect(() => groupSchedule(bad, NOW)).toThrow(
    `Invalid clock provided for schedule: {'type': 'IntervalClock', 'interval': 59000000, 'parameter_defaults': {'x': "it's"}, 'start_date': None}`,
  );
});

const ENDED = { ...daily(), end_date: { dt: '2021-01-01T00:00:00', tz: 'UTC' } };

test('a schedule without an event in the future has no list of runs', () => {
  expect(scheduledRuns({ schedule: { clocks: [ENDED] }, groupSchedule: null, lastStart: null }, NOW, md5)).toBeNull();
});

test.each<[JsonObject, RegExp]>([
  [{ clocks: [{ type: 'NoClock' }] }, /`schedule` is not a valid schedule: Unknown type of clock/],
  [{ clocks: [ENDED] }, /`schedule` has no time in the future/],
  [{ clocks: [{ type: 'CronClock', cron: '0 0 30 2 *' }] }, /`schedule` has no time in the future/],
])('the schedule %j is rejected before it is stored', (schedule, reason) => {
  expect(refused(() => checkSchedule('schedule', schedule, NOW))).toMatch(reason);
});

test.each<[JsonObject | null]>([[null], [{}], [{ clocks: [] }], [{ clocks: [daily()] }]])(
  'the schedule %j is stored',
  (schedule) => expect(() => checkSchedule('schedule', schedule, NOW)).not.toThrow(),
);

test.each<[string, Parameters<typeof groupSchedule>[0]]>([
  ['too many clocks', { cronClocks: [], intervalClocks: Array(101).fill({ intervalSeconds: 60 }), timezone: null }],
  [
    '30 February',
    { cronClocks: [{ cron: '0 0 30 2 *', parameterDefaults: null }], intervalClocks: [], timezone: null },
  ],
  ['an offset as its zone', { cronClocks: [], intervalClocks: [], timezone: '+02:00' }],
])('the schedule of a flow group with %s is rejected', (_, schedule) => {
  expect(() => groupSchedule(schedule, NOW)).toThrow(/at most 100 clocks|no time in the future|Invalid timezone/);
});
