import type { Json } from '../values/jsonObject.ts';
import type { Filter, FilterOperator } from './filter.ts';

/** What can be said of a filter without looking at any row: it passes all, none, or it depends. */
type Reach = 'all' | 'none' | 'some';

const NEGATED: { readonly [Of in Reach]: Reach } = { all: 'none', none: 'all', some: 'some' };

const isEmptyList = (value: Json) => Array.isArray(value) && value.length === 0;
const isBlank = (value: Json) => typeof value === 'string' && value.trim() === '';

/** Values with which a test is none. With all others it depends on the row. */
const EMPTY_TESTS: { readonly [Operator in FilterOperator]?: (value: Json) => Reach } = {
  in: (value) => (isEmptyList(value) ? 'none' : 'some'),
  notIn: (value) => (isEmptyList(value) ? 'all' : 'some'),
  contains: (value) => (value === '' ? 'all' : 'some'),
  startsWith: (value) => (isEmptyList(value) ? 'none' : Array.isArray(value) && value.includes('') ? 'all' : 'some'),
  hasAll: (value) => (isEmptyList(value) ? 'all' : 'some'),
  hasAny: (value) => (isEmptyList(value) ? 'none' : 'some'),
  query: (value) => (isBlank(value) ? 'all' : 'some'),
};

/**
 * Whether a filter carries no condition, however it is written: `{}`, `{and: []}`, `{not: {or: []}}`, a list of
 * alternatives one of which is empty. For what must not happen to everything by mistake. It errs towards yes: a relation
 * of which nothing is asked counts as no condition, although there may be rows without that relation.
 */
export const letsEverythingThrough = (filter: Filter): boolean => reachOf(filter) === 'all';

function reachOf(filter: Filter): Reach {
  if ('and' in filter) return joined(filter.and.map(reachOf), 'none', 'all');
  if ('or' in filter) return joined(filter.or.map(reachOf), 'all', 'none');
  if ('not' in filter) return NEGATED[reachOf(filter.not)];
  if ('relation' in filter) return reachOf(filter.some);
  return EMPTY_TESTS[filter.operator]?.(filter.value) ?? 'some';
}

/** One part that decides settles it; parts that all say nothing say nothing together. */
function joined(parts: readonly Reach[], decides: Reach, otherwise: Reach): Reach {
  if (parts.includes(decides)) return decides;
  return parts.every((part) => part === otherwise) ? otherwise : 'some';
}
