import { expect, test } from 'vitest';
import { Problem, problemOf } from '../../../src/core/values/problem.ts';

test('a Problem is returned as an expected failure and any other error is thrown again', () => {
  const problem = new Problem('NOT_FOUND', 'It is not there.');
  expect(problemOf(problem)).toBe(problem);
  expect(() => problemOf(new TypeError('a bug'))).toThrow('a bug');
});
