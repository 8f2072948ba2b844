import type { Json } from '../values/jsonObject.ts';

/**
 * A native filter. The store compiles it to SQL (compileFilter.ts). An empty `and` is true, an empty `or` is false. The
 * names of fields and relations are those of the store's filter tables (filterTables.ts).
 *
 * The `bool_exp`s of Prefect 1 do not become filters: prefect1Conditions.ts reads them. Both kinds become conditions
 * (condition.ts) before they become SQL.
 */
export type Filter =
  | { and: Filter[] }
  | { or: Filter[] }
  | { not: Filter }
  | { field: string; operator: FilterOperator; value: Json }
  /** At least one row of the relation matches. */
  | { relation: string; some: Filter };

/**
 * | operator | value | the field |
 * |---|---|---|
 * | `in`, `notIn` | a list | is, or is not, in the list; null matches neither, except for an empty `notIn` |
 * | `contains` | a string | contains it, regardless of case; `%` and `_` are ordinary characters |
 * | `startsWith` | a list of strings | starts with one of them, compared as for `contains` |
 * | `gte`, `lte` | a bound | is at least, or at most, the bound |
 * | `is` | a boolean | equals it |
 * | `isNull` | a boolean | is null, or is not |
 * | `hasAll`, `hasAny` | a list of strings | is a JSON list with all, or any, of them |
 * | `isEmpty` | a boolean | is an empty JSON list, or is not |
 * | `query` | a search | matches the search (textQuery.ts) |
 */
export type FilterOperator =
  | 'in'
  | 'notIn'
  | 'contains'
  | 'startsWith'
  | 'gte'
  | 'lte'
  | 'is'
  | 'isNull'
  | 'hasAll'
  | 'hasAny'
  | 'isEmpty'
  | 'query';

export const EVERYTHING: Filter = { and: [] };
