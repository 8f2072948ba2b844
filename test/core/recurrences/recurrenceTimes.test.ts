import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ruleFrom } from '../../../src/core/recurrences/recurrenceRule.ts';
import { readRule } from '../../../src/core/recurrences/recurrenceText.ts';
import { recurrenceTimes } from '../../../src/core/recurrences/recurrenceTimes.ts';
import { countSteps } from '../../../src/core/values/steps.ts';

/** The start, the rule, the times between which to look, and what dateutil returns: see `recordRecurrences.py`. */
type Recorded = [start: string, rule: string, after: string, until: string, times: string[]];

const recorded: Recorded[] = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'recordedRecurrences.json'), 'utf8'),
);
const seconds = (time: string) => Date.parse(`${time}Z`) / 1000;

test('the recorded rules are many, and most have times', () => {
  expect(recorded).toHaveLength(300);
  expect(recorded.filter(([, , , , times]) => times.length > 0).length).toBeGreaterThan(200);
});

test.each(recorded)('from %s, the rule %s has the times of dateutil after %s', (start, text, after, end, expected) => {
  const { parts, until } = readRule(text);
  const last = until && 'wall' in until ? until.wall / 1_000_000 : Number.POSITIVE_INFINITY;
  const rule = ruleFrom(parts, seconds(start), Math.min(last, seconds(end)));
  const found: string[] = [];
  for (const time of recurrenceTimes(rule, seconds(after) + 1, countSteps(1_000_000))) {
    found.push(new Date(time * 1000).toISOString().slice(0, 19));
    if (found.length === expected.length) break;
  }
  expect(found).toEqual(expected);
});
