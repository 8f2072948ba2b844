import { expect, test } from 'vitest';
import { countSteps, TooManySteps, takeWithinSteps } from '../../../src/core/values/steps.ts';

test('a search with steps for ten cannot take eleven', () => {
  const steps = countSteps(10);
  steps.spend(9);
  steps.spend();
  expect(() => steps.spend()).toThrow(TooManySteps);
});

test('a search that spends its share does not stop the others', () => {
  const steps = countSteps(10);
  const [one, other] = [steps.share(2), steps.share(2)];
  expect(() => one.spend(6)).toThrow(TooManySteps);
  expect(() => other.spend(5)).not.toThrow();
});

test('the values before the last step are kept, and other errors are not hidden', () => {
  function* values(error: Error) {
    yield 1;
    yield 2;
    throw error;
  }
  expect(takeWithinSteps(values(new TooManySteps()), () => false)).toEqual([1, 2]);
  expect(takeWithinSteps(values(new Error('x')), ({ length }) => length === 1)).toEqual([1]);
  expect(() => takeWithinSteps(values(new Error('x')), () => false)).toThrow('x');
});
