import { type RawBuilder, type SqlBool, sql } from 'kysely';

/**
 * A condition on a row. Native filters and Prefect 1's `bool_exp`s are checked and scoped by their own rules, and both become
 * conditions, which are compiled to SQL in one place.
 */
export type Condition =
  /** An empty list passes every row. */
  | { all: readonly Condition[] }
  /** An empty list passes no row. */
  | { any: readonly Condition[] }
  /** `unknown`: whether an unknown result passes, as in filters, or stays unknown, as in SQL. */
  | { not: Condition; unknown: 'passes' | 'staysOpen' }
  /** At least one related row passes. */
  | { some: RelatedRows; where: Condition }
  | { test: RawBuilder<SqlBool> };

/** A table under its own alias. */
export interface RelatedRows {
  from: RawBuilder<unknown>;
  alias: string;
}

export function compileCondition(condition: Condition): RawBuilder<SqlBool> {
  if ('test' in condition) return condition.test;
  if ('all' in condition) return allOf(condition.all.map(compileCondition));
  if ('any' in condition) return anyOf(condition.any.map(compileCondition));
  if ('not' in condition) {
    const inner = compileCondition(condition.not);
    return condition.unknown === 'passes' ? sql`(${inner} is not true)` : sql`(not ${inner})`;
  }
  const { from, alias } = condition.some;
  return sql`exists (select from ${from} as ${sql.id(alias)} where ${compileCondition(condition.where)})`;
}

export const allOf = (conditions: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> =>
  conditions.length === 0 ? sql`true` : sql`(${sql.join(conditions, sql` and `)})`;

const anyOf = (conditions: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> =>
  conditions.length === 0 ? sql`false` : sql`(${sql.join(conditions, sql` or `)})`;
