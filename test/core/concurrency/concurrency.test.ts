import { describe, expect, test } from 'vitest';
import { checkConcurrency, checkLeaseSeconds, checkTag } from '../../../src/core/checks/checkConcurrency.ts';
import {
  deploymentIdOfLimit,
  limitNameOfDeployment,
  limitNameOfTag,
  tagOfLimit,
} from '../../../src/core/concurrency/concurrency.ts';
import { Problem } from '../../../src/core/values/problem.ts';

test.each([
  [limitNameOfTag('etl'), 'etl', null],
  [limitNameOfTag('deployment:a'), 'deployment:a', null],
  [limitNameOfDeployment('a'), null, 'a'],
])('the name %s says whose limit it is', (name, tag, deploymentId) =>
  expect([tagOfLimit(name), deploymentIdOfLimit(name)]).toEqual([tag, deploymentId]),
);

describe('a number of slots or of seconds', () => {
  test.each([
    [checkConcurrency, [null, undefined, 0, 1, 100_000]],
    [checkLeaseSeconds, [null, undefined, 60, 86_400]],
  ])('may be in its range', (check, values) => {
    for (const value of values) expect(() => check('field', value)).not.toThrow();
  });

  test.each([
    [checkConcurrency, [-1, 100_001, 1.5, Number.NaN]],
    [checkLeaseSeconds, [0, 59, 86_401, 60.5]],
  ])('may not be beyond', (check, values) => {
    for (const value of values) expect(() => check('field', value)).toThrow(Problem);
  });
});

test.each(['', 'x'.repeat(256), 'a\0'])('%j is no tag', (tag) => expect(() => checkTag('tag', tag)).toThrow(Problem));
test('255 characters are a tag', () => expect(() => checkTag('tag', 'x'.repeat(255))).not.toThrow());
