import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { patternMatches } from '../../../src/core/patterns/patternMatches.ts';
import { patternProgram } from '../../../src/core/patterns/patternProgram.ts';
import { PatternError } from '../../../src/core/patterns/patternTree.ts';
import { countSteps, TooManySteps } from '../../../src/core/values/steps.ts';

const file = new URL('recordedPatterns.json', import.meta.url);
const recording: { texts: string[]; patterns: [pattern: string, matched: string[] | null][] } = JSON.parse(
  readFileSync(file, 'utf8'),
);

const matches = (pattern: string, text: string, steps = countSteps(1_000_000)) =>
  patternMatches(patternProgram(pattern, steps), text, steps);

describe('regular expressions of Python', () => {
  test.each(recording.patterns.filter(([, matched]) => matched))(
    'the pattern %j matches as in Python',
    (pattern, matched) => {
      expect(recording.texts.filter((text) => matches(pattern, text))).toEqual(matched);
    },
  );

  test.each(recording.patterns.filter(([, matched]) => !matched))(
    'the pattern %j is invalid as in Python',
    (pattern) => {
      expect(() => patternProgram(pattern, countSteps(1000))).toThrow(PatternError);
    },
  );
});

describe('regular expressions that backtrack', () => {
  const a = (count: number) => 'a'.repeat(count);
  // Python needs years for the first and the second.
  test.each<[string, string, boolean]>([
    ['^(a+)+$', `${a(10_000)}!`, false],
    ['(a|a|aa)*c', a(10_000), false],
    ['(x+x+)+y', 'x'.repeat(10_000), false],
    [String.raw`\w*\w*\w*!`, a(10_000), false],
    ['.*a.*b.*c', a(10_000), false],
    [String.raw`^[\s\S]*$`, a(200_000), true],
    ['((a?){20}){20}$', a(500), true],
  ])('the pattern %s takes a number of steps that grows with the text only', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  test.each([
    [String.raw`^(a+)+\1!$`, a(60)],
    ['(?=.*b)a*', a(5000)],
    [`(${'a?'.repeat(50)})*${'a?'.repeat(5000)}b`, a(5000)],
  ])('the pattern %.20s ends after the same number of steps each time', (pattern, text) => {
    expect(() => matches(pattern, text)).toThrow(TooManySteps);
  });

  test.each(['a{200001}', '(a{1000}){1000}', `${'('.repeat(5000)}${')'.repeat(5000)}`, 'a{4294967295}'])(
    'the pattern %.20s is refused because of its size',
    (pattern) => {
      expect(() => patternProgram(pattern, countSteps(1_000_000))).toThrow(PatternError);
    },
  );
});
