import { expect, test } from 'vitest';
import { continueSchedules, type RedeployedSchedule } from '../../../src/core/schedules/continueSchedules.ts';
import type { DeploymentSchedule } from '../../../src/core/schedules/deploymentSchedule.ts';
import type { DeploymentTimes } from '../../../src/core/schedules/deploymentTimes.ts';

const cron = (text: string, timezone: string | null = null): DeploymentTimes => ({ cron: text, timezone, dayOr: true });
const every = (interval: number, anchorDate: string): DeploymentTimes => ({ interval, anchorDate, timezone: null });
const HOURLY = cron('0 * * * *');
const DAILY = cron('0 0 * * *');

const schedule = (id: string, more: Partial<DeploymentSchedule> = {}) => ({
  id,
  slug: null,
  active: true,
  schedule: HOURLY,
  maxScheduledRuns: null,
  parameters: {},
  ...more,
});
const known = (id: string, more: Partial<DeploymentSchedule> = {}): DeploymentSchedule => ({
  ...schedule(id, more),
  created: 0,
  updated: 0,
  deploymentId: 'deployment',
});
const wanted = (id: string, more: Partial<RedeployedSchedule> = {}): RedeployedSchedule => ({
  ...schedule(id, more),
  saysActive: false,
  saysAnchor: true,
  ...more,
});
const ids = (schedules: readonly { id: string }[]) => schedules.map(({ id }) => id);

test.each<[string, DeploymentSchedule[], RedeployedSchedule[], string[], string[]]>([
  ['the same slug', [known('1', { slug: 'a' })], [wanted('new', { slug: 'a' })], ['1'], []],
  [
    'the same slug at other times',
    [known('1', { slug: 'a' })],
    [wanted('new', { slug: 'a', schedule: DAILY })],
    ['1'],
    ['1'],
  ],
  ['the same times', [known('1')], [wanted('new')], ['1'], []],
  [
    'the same times in UTC, now by name',
    [known('1')],
    [wanted('new', { schedule: cron('0 * * * *', 'UTC') })],
    ['1'],
    [],
  ],
  ['the same times with other parameters', [known('1')], [wanted('new', { parameters: { x: 1 } })], ['1'], ['1']],
  ['the same times under a new slug', [known('1', { slug: 'a' })], [wanted('new', { slug: 'b' })], ['1'], []],
  ['the same times and another maximum', [known('1')], [wanted('new', { maxScheduledRuns: 1 })], ['1'], ['1']],
  ['the same times, deactivated', [known('1')], [wanted('new', { active: false, saysActive: true })], ['1'], ['1']],
])('a schedule with %s goes on', (_, before, after, continued, withdrawn) => {
  const result = continueSchedules(before, after);
  expect(ids(result.continued)).toEqual(continued);
  expect(result).toMatchObject({ added: [], missingIds: [], withdrawnIds: withdrawn });
});

test('a schedule with other times and no slug is new, and the earlier one ends', () => {
  const result = continueSchedules([known('1')], [wanted('new', { schedule: DAILY })]);
  expect(ids(result.added)).toEqual(['new']);
  expect(result).toMatchObject({ continued: [], missingIds: ['1'], withdrawnIds: ['1'] });
});

test('a slug decides before the times, and parameters before the times alone', () => {
  const before = [
    known('1', { slug: 'a' }),
    known('2', { parameters: { x: 2 } }),
    known('3', { parameters: { x: 3 } }),
  ];
  const after = [
    wanted('new 3', { parameters: { x: 3 } }),
    wanted('new 9', { parameters: { x: 9 } }),
    wanted('new 1', { slug: 'a', parameters: { x: 2 } }),
  ];
  expect(ids(continueSchedules(before, after).continued)).toEqual(['3', '2', '1']);
});

test('two equal schedules are continued by two, and a third is new', () => {
  const result = continueSchedules([known('1'), known('2')], [wanted('a'), wanted('b'), wanted('c')]);
  expect([ids(result.continued), ids(result.added)]).toEqual([['1', '2'], ['c']]);
});

test.each([
  [false, true, false],
  [true, true, true],
])('a schedule that is inactive is active after a redeployment that says so: %s', (saysActive, active, expected) => {
  const { continued } = continueSchedules([known('1', { active: false })], [wanted('new', { active, saysActive })]);
  expect(continued[0]?.active).toBe(expected);
});

test.each([
  ['without an anchor keeps its own', false, 60, '2026-01-01T00:00:00Z', []],
  ['with another anchor is moved', true, 60, '2026-06-06T00:00:00Z', ['1']],
  ['without an anchor and of another length begins now', false, 90, '2026-06-06T00:00:00Z', ['1']],
])('an interval %s', (_, saysAnchor, interval, anchorDate, withdrawnIds) => {
  const before = known('1', { slug: 'a', schedule: every(60, '2026-01-01T00:00:00Z') });
  const after = wanted('new', { slug: 'a', schedule: every(interval, '2026-06-06T00:00:00Z'), saysAnchor });
  const result = continueSchedules([before], [after]);
  expect(result.continued[0]?.schedule).toMatchObject({ interval, anchorDate });
  expect(result.withdrawnIds).toEqual(withdrawnIds);
});
