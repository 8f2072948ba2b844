import type { Json } from '../values/jsonObject.ts';
import type { Filter, FilterOperator } from './filter.ts';

/** Which rows a filter matches, as far as the filter alone shows: all of them, none, or some. */
type Reach = 'all' | 'none' | 'some';

const NEGATED: { readonly [Of in Reach]: Reach } = { all: 'none', none: 'all', some: 'some' };

const isEmptyList = (value: Json) => Array.isArray(value) && value.length === 0;
const isBlank = (value: Json) => typeof value === 'string' && value.trim() === '';

/** The result depends on the row, for every value. */
const dependsOnRow = (): Reach => 'some';

/** Which rows a test lets through, judged by its value alone: some values make a test trivial. */
const REACH_OF_TEST: { readonly [Operator in FilterOperator]: (value: Json) => Reach } = {
  in: (value) => (isEmptyList(value) ? 'none' : 'some'),
  notIn: (value) => (isEmptyList(value) ? 'all' : 'some'),
  contains: (value) => (value === '' ? 'all' : 'some'),
  startsWith: (value) => (isEmptyList(value) ? 'none' : Array.isArray(value) && value.includes('') ? 'all' : 'some'),
  hasAll: (value) => (isEmptyList(value) ? 'all' : 'some'),
  hasAny: (value) => (isEmptyList(value) ? 'none' : 'some'),
  query: (value) => (isBlank(value) ? 'all' : 'some'),
  gte: dependsOnRow,
  lte: dependsOnRow,
  is: dependsOnRow,
  isNull: dependsOnRow,
  isEmpty: dependsOnRow,
};

/**
 * Whether a filter has no effect, in any notation: `{}`, `{and: []}`, `{not: {or: []}}`, an `or` with an empty
 * alternative. Guards operations that must not affect all rows by mistake. In doubt the answer is yes: an empty filter
 * on a relation counts as no condition, although rows without that relation would not match.
 */
export const letsEverythingThrough = (filter: Filter): boolean => reachOf(filter) === 'all';

function reachOf(filter: Filter): Reach {
  if ('and' in filter) return joined(filter.and.map(reachOf), 'none', 'all');
  if ('or' in filter) return joined(filter.or.map(reachOf), 'all', 'none');
  if ('not' in filter) return NEGATED[reachOf(filter.not)];
  if ('relation' in filter) return reachOf(filter.some);
  return REACH_OF_TEST[filter.operator](filter.value);
}

/** Combines the parts of an `and` or an `or`: one part may decide the result, and neutral parts do not change it. */
function joined(parts: readonly Reach[], decides: Reach, otherwise: Reach): Reach {
  if (parts.includes(decides)) return decides;
  return parts.every((part) => part === otherwise) ? otherwise : 'some';
}
