import type { Json } from '../values/jsonObject.ts';

/**
 * The one filter tree. Native filters become it, Prefect 1's `bool_exp`s will, and the store compiles it to SQL.
 * An empty `and` is true, an empty `or` is false. Field and relation names are those of the store's filter tables.
 */
export type Filter =
  | { and: Filter[] }
  | { or: Filter[] }
  | { not: Filter }
  | { field: string; operator: FilterOperator; value: Json }
  /** Some row of the relation matches. */
  | { relation: string; some: Filter };

/**
 * `in` and `notIn` take lists, and a null field is in neither; `contains` is text inside text, whatever the case, `%` and `_` being plain
 * characters; `startsWith` takes a list of beginnings, in the same way; `gte` and `lte` include their bound; `is` asks a truth value;
 * `hasAll` and `hasAny` ask a JSON list of strings; `isEmpty` too; `query` takes the little language of textQuery.ts.
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
