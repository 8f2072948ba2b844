import { describe, expect, test } from 'vitest';
import { EVERYTHING, type Filter, type FilterOperator } from '../../../src/core/filters/filter.ts';
import { letsEverythingThrough } from '../../../src/core/filters/letsEverythingThrough.ts';
import type { Json } from '../../../src/core/values/jsonObject.ts';

const where = (operator: FilterOperator, value: Json): Filter => ({ field: 'name', operator, value });
const NAMED = where('in', ['a']);
const NOTHING: Filter = { or: [] };

describe('a filter without a condition', () => {
  test.each<[Filter]>([
    [EVERYTHING],
    [{ and: [EVERYTHING, { and: [] }] }],
    [{ or: [EVERYTHING, NAMED] }],
    [{ not: NOTHING }],
    [{ not: { not: EVERYTHING } }],
    [{ not: { and: [NAMED, NOTHING] } }],
    [{ relation: 'flow', some: EVERYTHING }],
    [{ not: { relation: 'flow', some: NOTHING } }],
    [where('notIn', [])],
    [where('hasAll', [])],
    [where('contains', '')],
    [where('startsWith', ['a', ''])],
    [where('query', ' ')],
    [{ not: where('in', []) }],
    [{ not: where('hasAny', []) }],
    [{ not: where('startsWith', []) }],
  ])('the filter %j matches every row', (filter) => {
    expect(letsEverythingThrough(filter)).toBe(true);
  });
});

describe('a filter with a condition', () => {
  test.each<[Filter]>([
    [NAMED],
    [{ not: NAMED }],
    [{ and: [EVERYTHING, NAMED] }],
    [{ or: [NOTHING, NAMED] }],
    [{ relation: 'flow', some: NAMED }],
    [NOTHING],
    [{ not: EVERYTHING }],
    [where('in', [])],
    [where('notIn', ['a'])],
    [where('hasAll', ['a'])],
    [where('hasAny', ['a'])],
    [where('contains', 'a')],
    [where('startsWith', ['a'])],
    [where('query', 'a')],
    [where('isNull', true)],
    [where('gte', 1)],
  ])('the filter %j does not match every row', (filter) => {
    expect(letsEverythingThrough(filter)).toBe(false);
  });
});
