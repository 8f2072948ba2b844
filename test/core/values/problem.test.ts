import { expect, test } from 'vitest';
import { Problem, problemOf } from '../../../src/core/values/problem.ts';

test('an expected failure is taken for what it is, and a fault of ours goes on', () => {
  const problem = new Problem('NOT_FOUND', 'It is not there.');
  expect(problemOf(problem)).toBe(problem);
  expect(() => problemOf(new TypeError('a bug'))).toThrow('a bug');
});
