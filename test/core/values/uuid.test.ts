import { expect, test } from 'vitest';
import { isUuid } from '../../../src/core/values/uuid.ts';

test.each<[value: unknown, is: boolean]>([
  ['01900000-0000-7000-8000-000000000001', true],
  ['01900000-0000-7000-8000-00000000ABCD', true],
  ['01900000000070008000000000000001', false],
  ['01900000-0000-7000-8000-000000000001 ', false],
  ['{01900000-0000-7000-8000-000000000001}', false],
  ['', false],
  [17, false],
  [null, false],
])('%j is a UUID: %j', (value, is) => {
  expect(isUuid(value)).toBe(is);
});
