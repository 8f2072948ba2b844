import { expect, test } from 'vitest';
import { runName } from '../../../src/core/values/runName.ts';

const numbers =
  (...given: number[]) =>
  () =>
    given.shift() ?? 0;

test('the name of a run is two words', () => {
  for (let step = 0; step < 1000; step++) expect(runName(() => step / 1000)).toMatch(/^[a-z]+-[a-z]+$/);
});
test('the same random numbers give the same name', () => {
  expect(runName(numbers(0.1, 0.9))).toBe(runName(numbers(0.1, 0.9)));
  expect(runName(numbers(0.1, 0.9))).not.toBe(runName(numbers(0.9, 0.1)));
});
test('a thousand different random numbers give a thousand different names', () => {
  const names = Array.from({ length: 1000 }, (_, step) => runName(numbers(step / 1000, ((step * 7) % 1000) / 1000)));
  expect(new Set(names).size).toBe(1000);
});
test('the largest random number gives a name', () =>
  expect(runName(() => 1 - Number.EPSILON)).toMatch(/^[a-z]+-[a-z]+$/));
