import { expect, test } from 'vitest';
import { EVERYTHING } from '../../../src/core/filters/filter.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../../src/core/values/page.ts';

test('a page that is not asked for a size fits into the largest', () =>
  expect(DEFAULT_PAGE_SIZE).toBeLessThan(MAX_PAGE_SIZE));
test('a filter that asks nothing has no condition', () => expect(EVERYTHING).toEqual({ and: [] }));
