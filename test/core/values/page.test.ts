import { expect, test } from 'vitest';
import { EVERYTHING } from '../../../src/core/filters/filter.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../../src/core/values/page.ts';

test('the default page size is below the maximum', () => expect(DEFAULT_PAGE_SIZE).toBeLessThan(MAX_PAGE_SIZE));
test('a filter without fields has no condition', () => expect(EVERYTHING).toEqual({ and: [] }));
