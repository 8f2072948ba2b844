import { expect, test } from 'vitest';
import { roughSize } from '../../../src/core/values/roughSize.ts';

test.each([
  { value: null },
  { value: 12345 },
  { value: 'a text of some length' },
  { value: ['one', 'two', 3] },
  { value: { name: 'a name', tags: ['a', 'b'], data: { deep: [{ deeper: true }] } } },
  { value: { lines: Array.from({ length: 1_000 }, (_, number) => ({ number, message: 'x'.repeat(number) })) } },
])('the rough size of a value is close to the length of its JSON: $value', ({ value }) => {
  const size = JSON.stringify(value).length;
  expect(roughSize(value)).toBeGreaterThan(size / 2);
  expect(roughSize(value)).toBeLessThan(size * 2 + 10);
});
