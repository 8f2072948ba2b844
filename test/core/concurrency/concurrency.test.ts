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
])('the limit name %s gives the tag or the deployment it belongs to', (name, tag, deploymentId) =>
  expect([tagOfLimit(name), deploymentIdOfLimit(name)]).toEqual([tag, deploymentId]),
);

describe('the range of slots and of lease seconds', () => {
  test.each([
    ['a number of slots', checkConcurrency, [null, undefined, 0, 1, 100_000]],
    ['the seconds of a lease', checkLeaseSeconds, [null, undefined, 60, 86_400]],
  ])('%s may be in its range', (_, check, values) => {
    for (const value of values) expect(() => check('field', value)).not.toThrow();
  });

  test.each([
    ['a number of slots', checkConcurrency, [-1, 100_001, 1.5, Number.NaN]],
    ['the seconds of a lease', checkLeaseSeconds, [0, 59, 86_401, 60.5]],
  ])('%s may not be outside its range', (_, check, values) => {
    for (const value of values) expect(() => check('field', value)).toThrow(Problem);
  });
});

test.each(['', 'x'.repeat(256), 'a\0'])('%j is rejected as a tag', (tag) =>
  expect(() => checkTag('tag', tag)).toThrow(Problem),
);
test('a tag may have 255 characters', () => expect(() => checkTag('tag', 'x'.repeat(255))).not.toThrow());
