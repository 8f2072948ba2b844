import { type RawBuilder, sql } from 'kysely';
import { Problem } from '../../core/values/problem.ts';
import { allOf } from '../query/condition.ts';
import { joined, type Scope, visible } from './prefect1Conditions.ts';
import { checkPrefect1Limit } from './prefect1Limits.ts';
import { measureSql } from './prefect1Measures.ts';
import type { Prefect1Table } from './prefect1Table.ts';
import { prefect1Table } from './prefect1Tables.ts';

/** An `..._order_by` after GraphQL's coercion. The order of its keys counts. */
export interface OrderBy {
  readonly [key: string]: OrderBy | string | null | undefined;
}

/** Hasura's directions. Null is larger than every value unless the direction says otherwise. */
export const DIRECTIONS: { readonly [direction: string]: string } = {
  asc: 'asc',
  asc_nulls_first: 'asc nulls first',
  asc_nulls_last: 'asc nulls last',
  desc: 'desc',
  desc_nulls_first: 'desc nulls first',
  desc_nulls_last: 'desc nulls last',
};

interface OrderKey {
  /** The column of the row itself; null if the column belongs to a related row. */
  column: string | null;
  sql: RawBuilder<unknown>;
  direction: string;
}

/**
 * Compiles `distinct on (...)` and `order by ...` of a list. Every order ends with the table's last keys. Throws
 * LIMIT_EXCEEDED for too many keys.
 */
export function orderSql(
  table: Prefect1Table,
  row: string,
  { orderBy, distinctOn, scope }: { orderBy: readonly OrderBy[]; distinctOn: readonly string[]; scope: Scope },
): { distinct: RawBuilder<unknown>; order: RawBuilder<unknown> } {
  const ownKey = (column: string): OrderKey => ({ column, sql: columnSql(table, row, column), direction: 'asc' });
  const lastKey = (key: string): OrderKey => ({ column: null, sql: sql.ref(`${row}.${key}`), direction: 'asc' });
  checkPrefect1Limit('keys', orderBy.length, 'order_by');
  checkPrefect1Limit('keys', distinctOn.length, 'distinct_on');
  const reading: Reading = { scope, keys: 0 };
  const asked = orderBy.flatMap((one) => keysOf(table, row, one, reading, 1));
  if (asked.length > 0) checkDistinct(distinctOn, asked);
  const keys = [...(asked.length > 0 ? asked : distinctOn.map(ownKey)), ...table.lastKeys.map(lastKey)];
  return {
    distinct:
      distinctOn.length === 0 ? sql`` : sql`distinct on (${sql.join(distinctOn.map((name) => ownKey(name).sql))})`,
    order: sql`order by ${sql.join(keys.map((key) => sql`${key.sql} ${sql.raw(DIRECTIONS[key.direction] ?? 'asc')}`))}`,
  };
}

/** PostgreSQL has the same requirement, but its message is unknown to clients. */
function checkDistinct(distinctOn: readonly string[], asked: readonly OrderKey[]): void {
  const first = asked.slice(0, distinctOn.length);
  const fits = first.length === distinctOn.length && first.every(({ column }) => column && distinctOn.includes(column));
  if (!fits) throw new Problem('validation-failed', '"distinct_on" columns must match initial "order_by" columns');
}

interface Reading {
  scope: Scope;
  /** The number of keys so far, of rows and of relations. */
  keys: number;
}

function keysOf(table: Prefect1Table, row: string, order: OrderBy, reading: Reading, depth: number): OrderKey[] {
  checkPrefect1Limit('levels', depth, 'order_by');
  return Object.entries(order).flatMap(([name, value]): OrderKey[] => {
    if (value === null || value === undefined) return [];
    reading.keys += 1;
    checkPrefect1Limit('keys', reading.keys, 'order_by');
    if (typeof value === 'string') return [{ column: name, sql: columnSql(table, row, name), direction: value }];
    const isMeasured = name.endsWith('_aggregate');
    const relation = table.relations[name.replace(/_aggregate$/, '')];
    if (!relation) throw new Error(`${table.name} has no ${name}.`);
    const target = prefect1Table(relation.to);
    const related = `${row}${depth}`;
    const keys = isMeasured ? measuredKeys(target, related, value) : keysOf(target, related, value, reading, depth + 1);
    const where = allOf([joined(relation, row, related), ...visible(target, related, reading.scope)]);
    return keys.map((key) => ({
      column: null,
      direction: key.direction,
      sql: sql`(select ${key.sql} from ${target.from} as ${sql.id(related)} where ${where})`,
    }));
  });
}

/** Orders by the count of related rows, or by an aggregate of one of their columns. */
const measuredKeys = (table: Prefect1Table, row: string, order: OrderBy): OrderKey[] =>
  Object.entries(order).flatMap(([measure, value]) => {
    const key = (direction: string, what: Parameters<typeof measureSql>[1]): OrderKey => ({
      column: null,
      direction,
      sql: measureSql(table, what, (column) => columnSql(table, row, column)),
    });
    if (value === null || value === undefined) return [];
    if (typeof value === 'string') return [key(value, { measure: 'count', columns: [], distinct: false })];
    return Object.entries(value).flatMap(([column, direction]) =>
      typeof direction === 'string' ? [key(direction, { measure, column })] : [],
    );
  });

export function columnSql(table: Prefect1Table, row: string, name: string): RawBuilder<unknown> {
  const column = table.columns[name];
  if (!column) throw new Error(`${table.name} has no column ${name}.`);
  return column.sql(row);
}
