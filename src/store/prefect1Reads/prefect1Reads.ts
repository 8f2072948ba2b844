import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Queryable } from '../connection/database.ts';
import { allOf } from '../query/condition.ts';
import { type BoolExp, conditionSql, type Scope, visible, visibleAlone } from './prefect1Conditions.ts';
import { columnsOfMeasure, type Measure, measureSql } from './prefect1Measures.ts';
import { columnSql, type OrderBy, orderSql } from './prefect1Orders.ts';
import { prefect1Statement } from './prefect1Statement.ts';
import type { Prefect1Relation, Prefect1Table } from './prefect1Table.ts';
import { prefect1Table } from './prefect1Tables.ts';

/** The rows of a table to read, and their order. Without `limit`, all rows. */
export interface Prefect1List {
  where: BoolExp;
  orderBy: readonly OrderBy[];
  distinctOn: readonly string[];
  limit: number | null;
  offset: number | null;
}

export const EVERY_ROW: Prefect1List = { where: {}, orderBy: [], distinctOn: [], limit: null, offset: null };

/** The columns to read: by their Prefect 1 names, and keys, our columns that lead to related rows. */
export interface Wanted {
  columns: readonly string[];
  keys: readonly string[];
}

/** A row. Its keys are stored under `keyName`. */
export interface Prefect1Row {
  readonly [name: string]: unknown;
}

export const keyName = (key: string): string => `key ${key}`;

/** The aggregates of a list of rows, in the order of the measures. */
export type Measured = readonly unknown[];

const ROW = 'x';
const PARENT = 'parent';

/**
 * Reads the rows of a table that the caller may see.
 * @param from replaces the table's own rows
 */
export function readPrefect1Rows(
  database: Queryable,
  scope: Scope,
  table: Prefect1Table,
  { wanted, list, most, from = table.from }: RowsRequest & { from?: RawBuilder<unknown> | undefined },
): Promise<Prefect1Row[]> {
  const may = visibleAlone(table, ROW, scope);
  return prefect1Statement(
    database,
    `${table.name}.rows`,
    listSql(table, from, may, { ...list, limit: Math.min(list.limit ?? most, most) }, scope, projection(table, wanted)),
  );
}

/** Reads several lists of a table with the same columns in one statement. Returns their rows in the order of the lists. */
export async function readPrefect1Lists(
  database: Queryable,
  scope: Scope,
  table: Prefect1Table,
  { wanted, lists, most }: { wanted: Wanted; lists: readonly Prefect1List[]; most: number },
): Promise<Prefect1Row[][]> {
  const may = visibleAlone(table, ROW, scope);
  const columns = projection(table, wanted);
  const each = lists.map((list, place) => {
    const limit = Math.min(list.limit ?? most, most);
    const rows = listSql(table, table.from, may, { ...list, limit }, scope, columns);
    return sql`(select ${sql.lit(place)}::int as "key list", page.* from (${rows}) page)`;
  });
  const all = sql`select rows.* from (${sql.join(each, sql` union all `)}) rows limit ${most}::bigint`;
  const found: Prefect1Row[][] = lists.map(() => []);
  for (const row of await prefect1Statement<Prefect1Row>(database, `${table.name}.lists`, all))
    found[Number(row[keyName('list')])]?.push(row);
  return found;
}

interface RowsRequest {
  wanted: Wanted;
  list: Prefect1List;
  /** Maximum number of rows to read, for all parents together. */
  most: number;
}

/** Aggregates the same rows instead of reading them. */
export async function measurePrefect1Rows(
  database: Queryable,
  scope: Scope,
  table: Prefect1Table,
  { measures, list, from = table.from }: MeasureRequest & { from?: RawBuilder<unknown> | undefined },
): Promise<Measured> {
  const rows = measuredSql(table, from, visibleAlone(table, ROW, scope), { measures, list }, scope);
  const [row = {}] = await prefect1Statement<Prefect1Row>(database, `${table.name}.measures`, rows);
  return measuredOf(row, measures);
}

interface MeasureRequest {
  measures: readonly Measure[];
  list: Prefect1List;
}

/**
 * Reads the rows of a relation for many parents in one statement. The parents come from a read that was limited to the
 * caller's tenant.
 */
export async function readRelated(
  database: Queryable,
  scope: Scope,
  relation: Prefect1Relation,
  parentKeys: readonly string[],
  { wanted, list, most }: RowsRequest,
): Promise<Map<string, Prefect1Row[]>> {
  const table = prefect1Table(relation.to);
  const columns = projection(table, wanted);
  const may = [ofParent(relation), ...visible(table, ROW, scope)];
  // PostgreSQL evaluates an ordered subquery completely, once per parent, so each parent's rows arrive in their order.
  const rows = await prefect1Statement<Prefect1Row>(
    database,
    `${table.name}.of_${relation.theirs}`,
    sql`
      select parent.id as "key parent", page.* from unnest(${sql.val(parentKeys)}::uuid[]) as parent (id)
      cross join lateral (${listSql(table, table.from, may, list, scope, columns)}) page
      limit ${most}::bigint`,
  );
  const found = new Map<string, Prefect1Row[]>(parentKeys.map((key) => [key, []]));
  for (const row of rows) found.get(String(row[keyName(PARENT)]))?.push(row);
  return found;
}

/** Aggregates the rows of a relation for many parents in one statement. */
export async function measureRelated(
  database: Queryable,
  scope: Scope,
  relation: Prefect1Relation,
  parentKeys: readonly string[],
  request: MeasureRequest,
): Promise<Map<string, Measured>> {
  const table = prefect1Table(relation.to);
  const may = [ofParent(relation), ...visible(table, ROW, scope)];
  const rows = await prefect1Statement<Prefect1Row>(
    database,
    `${table.name}.measures_of_${relation.theirs}`,
    sql`
      select parent.id as "key parent", measured.* from unnest(${sql.val(parentKeys)}::uuid[]) as parent (id)
      cross join lateral (${measuredSql(table, table.from, may, request, scope)}) measured`,
  );
  return new Map(rows.map((row) => [String(row[keyName(PARENT)]), measuredOf(row, request.measures)]));
}

const ofParent = ({ theirs }: Prefect1Relation): RawBuilder<SqlBool> =>
  sql`${sql.ref(`${ROW}.${theirs}`)} = ${sql.ref(`${PARENT}.id`)}`;

function listSql(
  table: Prefect1Table,
  from: RawBuilder<unknown>,
  may: readonly RawBuilder<SqlBool>[],
  list: Prefect1List,
  scope: Scope,
  columns: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const { distinct, order } = orderSql(table, ROW, { ...list, scope });
  return sql`
    select ${distinct} ${columns} from ${from} as x
    where ${allOf([...may, conditionSql(table, ROW, list.where, scope)])}
    ${order} ${list.limit === null ? sql`` : sql`limit ${list.limit}::bigint`}
    ${list.offset === null ? sql`` : sql`offset ${list.offset}::bigint`}`;
}

/** Aggregates the rows that the list would return: its limit applies, and therefore its order too. */
function measuredSql(
  table: Prefect1Table,
  from: RawBuilder<unknown>,
  may: readonly RawBuilder<SqlBool>[],
  { measures, list }: MeasureRequest,
  scope: Scope,
): RawBuilder<unknown> {
  const isCut = list.limit !== null || list.offset !== null || list.distinctOn.length > 0;
  const columns = [...new Set(measures.flatMap(columnsOfMeasure))];
  const rows = isCut
    ? listSql(table, from, may, list, scope, named(columns.map((name) => [name, columnSql(table, ROW, name)])))
    : sql`
        select ${named(columns.map((name) => [name, columnSql(table, ROW, name)]))} from ${from} as x
        where ${allOf([...may, conditionSql(table, ROW, list.where, scope)])}`;
  const values = measures.map((measure, place): [string, RawBuilder<unknown>] => [
    valueName(place),
    measureSql(table, measure, (name) => sql.ref(`rows.${name}`)),
  ]);
  return sql`select ${named(values)} from (${rows}) as rows`;
}

const valueName = (place: number) => `value ${place}`;
const measuredOf = (row: Prefect1Row, measures: readonly Measure[]): Measured =>
  measures.map((_, place) => row[valueName(place)]);

/** Only the requested columns. */
const projection = (table: Prefect1Table, { columns, keys }: Wanted): RawBuilder<unknown> =>
  named([
    ...columns.map((name): [string, RawBuilder<unknown>] => {
      const column = columnSql(table, ROW, name);
      return [name, table.columns[name]?.scalar === 'interval' ? sql`${column}::text` : column];
    }),
    ...keys.map((key): [string, RawBuilder<unknown>] => [keyName(key), sql.ref(`${ROW}.${key}`)]),
  ]);

/** `distinct on` needs at least one column after it. */
const NOTHING = sql`null as nothing`;

const named = (columns: readonly (readonly [name: string, sql: RawBuilder<unknown>])[]): RawBuilder<unknown> =>
  columns.length === 0 ? NOTHING : sql.join(columns.map(([name, column]) => sql`${column} as ${sql.id(name)}`));
