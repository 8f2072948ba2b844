import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { type Condition, compileCondition } from '../query/condition.ts';
import { hasTag, isListed, MOST_TAG_JOINS } from '../query/tagConditions.ts';
import { checkPrefect1Limit } from './prefect1Limits.ts';
import { OPERATORS, operandSql } from './prefect1Operators.ts';
import type { Prefect1Column, Prefect1Relation, Prefect1Table } from './prefect1Table.ts';
import { prefect1Table } from './prefect1Tables.ts';

/** A `..._bool_exp` after GraphQL's coercion: it has only keys of its type. */
export interface BoolExp {
  readonly [key: string]: unknown;
}

/** The tenant that rows must belong to; null for any. */
export type Scope = string | null;

type Test = RawBuilder<SqlBool>;

/**
 * Compiles a condition as Hasura does, with its setting "null collapse", on which Prefect 1's clients rely: a null
 * value is no condition. `{}` is true, an empty `_or` false. `_not` is SQL's `not`: unknown stays unknown. Throws
 * LIMIT_EXCEEDED for too many conditions.
 */
export const conditionSql = (table: Prefect1Table, row: string, where: BoolExp, scope: Scope): Test =>
  compileCondition(readBoolExp(table, row, where, { scope, conditions: 0, finds: true }, 1));

interface Reading {
  scope: Scope;
  /** The number of conditions so far. */
  conditions: number;
  /** Whether the condition finds rows: not below `_or` and `_not`. */
  finds: boolean;
}

/** @param level counts relations and `_and`, `_or` and `_not`; it makes aliases unique */
function readBoolExp(table: Prefect1Table, row: string, where: BoolExp, reading: Reading, level: number): Condition {
  checkPrefect1Limit('levels', level, 'where');
  count(reading, where);
  const inner = (one: unknown) => readBoolExp(table, row, one as BoolExp, reading, level + 1); // By the type of the argument.
  const innerList = (list: unknown) => (list as unknown[]).map(inner); // As above.
  const testing = <Result>(read: () => Result): Result => {
    const { finds } = reading;
    reading.finds = false;
    const result = read();
    reading.finds = finds;
    return result;
  };
  const one = (key: string, value: unknown): Condition => {
    if (key === '_and') return { all: innerList(value) };
    if (key === '_or') return { any: testing(() => innerList(value)) };
    if (key === '_not') return { not: testing(() => inner(value)), unknown: 'staysOpen' };
    const column = table.columns[key];
    if (column) {
      count(reading, value as BoolExp); // As above.
      return comparison(column, row, value as BoolExp, reading); // As above.
    }
    const relation = table.relations[key];
    if (!relation) throw new Error(`${table.name} has no ${key}.`);
    const target = prefect1Table(relation.to);
    const related = `${row}${level}`;
    const tests = [joined(relation, row, related), ...visible(target, related, reading.scope)].map((test) => ({
      test,
    }));
    return {
      some: { from: target.from, alias: related },
      where: { all: [...tests, readBoolExp(target, related, value as BoolExp, reading, level + 1)] }, // As above.
    };
  };
  return { all: given(where).map(([key, value]) => one(key, value)) };
}

/** An empty object counts too: `_or: [{}, {}]` is SQL with two conditions. */
function count(reading: Reading, conditions: BoolExp): void {
  reading.conditions += Object.keys(conditions).length || 1;
  checkPrefect1Limit('conditions', reading.conditions, 'where');
}

const comparison = (column: Prefect1Column, row: string, tests: BoolExp, { finds, scope }: Reading): Condition => ({
  all: given(tests).flatMap(([name, value]): Condition | Condition[] => {
    const operator = OPERATORS[name];
    if (!operator) throw new Error(`There is no operator ${name}.`);
    const { tags: table } = column;
    const tags = operator.tags?.(value) ?? [];
    const areListed = tags.length > 0 && tags.length <= MOST_TAG_JOINS && tags.every(isListed);
    if (table && areListed && finds && scope !== null)
      return tags.map((tag) => hasTag(table, row, sql`${scope}::uuid`, (listed) => sql`${listed} = ${tag}::text`));
    return { test: operator.sql(column.sql(row), operandSql(operator.operand, column.scalar, value)) };
  }),
});

/** Returns the entries with a condition. */
const given = (object: BoolExp) => Object.entries(object).filter(([, value]) => value !== null && value !== undefined);

export const joined = ({ ours, theirs }: Prefect1Relation, row: string, related: string): Test =>
  sql`${sql.ref(`${related}.${theirs}`)} = ${sql.ref(`${row}.${ours}`)}`;

/**
 * Visibility for rows read through a relation. Rows that have a tenant only through their run were reached from that
 * run.
 */
export const visible = (table: Prefect1Table, row: string, scope: Scope): Test[] => [
  ...(table.shown ? [sql<SqlBool>`${table.shown(row)}`] : []),
  ...(table.knowsTenant && scope !== null ? [ofTenant(table, row, scope)] : []),
];

/** Visibility for rows read directly, not through a relation. */
export const visibleAlone = (table: Prefect1Table, row: string, scope: Scope): Test[] => [
  ...visible(table, row, scope),
  ...(!table.knowsTenant && scope !== null ? [ofTenant(table, row, scope)] : []),
];

const ofTenant = (table: Prefect1Table, row: string, scope: string): Test => sql`${table.tenant(row)} = ${scope}::uuid`;
