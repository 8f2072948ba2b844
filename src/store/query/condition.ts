import { type RawBuilder, type SqlBool, sql } from 'kysely';

/**
 * What is asked of a row, in whichever dialect: native filters and Prefect 1's `bool_exp` both become this, each checked and
 * scoped by its own rules, and from here on there is one way into SQL.
 */
export type Condition =
  /** Nothing is asked where it is empty. */
  | { all: readonly Condition[] }
  /** No row passes where it is empty. */
  | { any: readonly Condition[] }
  /** `unknown`: whether what a null leaves open passes (filters know two truth values) or stays open (SQL's three). */
  | { not: Condition; unknown: 'passes' | 'staysOpen' }
  /** At least one of the related rows passes. */
  | { some: RelatedRows; where: Condition }
  | { test: RawBuilder<SqlBool> };

/** A table under an alias of its own. */
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
