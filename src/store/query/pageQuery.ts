import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { columnsOf } from './compileFilter.ts';
import { FIELD_KINDS, type FieldKind, parameter } from './fieldKinds.ts';
import type { PageWalk } from './pageWalk.ts';
import type { Order, SortKey } from './source.ts';

/**
 * Selects the rows of one page and one more row, in no order, from a table under the alias `x`.
 *
 * Nulls come last in both directions. No single index does that: an ascending index, read backwards, returns nulls first. So
 * an order whose first key may be null is read in two parts, rows with the key and rows without it. Each part is a plain
 * range of the ascending index, and therefore has no `nulls last`. The limit of the second part is what the first part left
 * over, so that it usually reads nothing; a cursor in the second part skips the first. Keys are compared as a row,
 * `(key, id) > (...)`, which PostgreSQL uses as the start of an index range.
 */
export function pageRows(
  columns: string,
  table: string,
  where: RawBuilder<SqlBool>,
  order: Order<never>,
  { backwards, from }: PageWalk,
  values: WalkValues,
): RawBuilder<unknown> {
  const downwards = order.descending !== backwards;
  const select = (part: RawBuilder<SqlBool>, limit: RawBuilder<unknown>) => sql`
    select ${sql.raw(columns)} from ${sql.table(table)} as x
    where ${where} and ${part}
    order by ${sql.join(order.keys.map((key) => sql`${key.sql(x)} ${direction(downwards)}`))}
    limit ${limit}`;

  const parts = backwards ? partsOf(order).reverse() : partsOf(order);
  const start = from ? parts.findIndex(({ isNull }) => isNull === (from[0] === null)) : 0;
  const [near, far] = parts
    .slice(start)
    .map((part, place) =>
      from && place === 0 ? sql<SqlBool>`${part.holds} and ${beyond(part, values.keys, downwards)}` : part.holds,
    );
  const limit = sql`${values.limit}::bigint`;
  if (!near) throw new Error('A cursor is in one of the parts of its list.');
  if (!far) return select(near, limit);
  return sql`
    with near as materialized (${select(near, limit)})
    select * from near union all (${select(far, sql`${limit} - (select count(*) from near)`)})`;
}

const x = columnsOf('x');
export const direction = (downwards: boolean) => (downwards ? sql`desc` : sql`asc`);

/** A part of a list: either all rows with a first key, or all rows without one. */
interface Part {
  holds: RawBuilder<SqlBool>;
  isNull: boolean;
  /** The keys that order it. */
  keys: readonly SortKey<never>[];
}

function partsOf({ keys }: Order<never>): Part[] {
  const [first, ...others] = keys;
  if (!first.nullable) return [{ holds: sql`true`, isNull: false, keys }];
  return [
    { holds: sql`${first.sql(x)} is not null`, isNull: false, keys },
    { holds: sql`${first.sql(x)} is null`, isNull: true, keys: others },
  ];
}

function beyond({ keys, isNull }: Part, cursor: readonly unknown[], downwards: boolean): RawBuilder<SqlBool> {
  const values = isNull ? cursor.slice(1) : cursor;
  const columns = keys.map((key) => key.sql(x));
  const places = keys.map(({ kind }, place) => sql`${values[place]}::${sql.raw(FIELD_KINDS[kind].type)}`);
  return sql`(${sql.join(columns)}) ${downwards ? sql`<` : sql`>`} (${sql.join(places)})`;
}

/** The parameters of a walk. */
export interface WalkValues {
  /** How many rows to read: one more than the page has. */
  limit: unknown;
  /** Those of the cursor. */
  keys: readonly unknown[];
}

export const walkValues = ({ keys }: Order<never>, { size, from }: PageWalk): WalkValues => ({
  limit: size + 1,
  keys: (from ?? []).map((value, place) => (value === null ? null : parameter(kindOf(keys, place), value, 'cursor'))),
});

const kindOf = (keys: Order<never>['keys'], place: number): FieldKind => (keys[place] ?? keys[0]).kind;

/** The order of a walk, for the rows of `pageRows` under the alias `page`. */
export function walkOrder({ keys, descending }: Order<never>, { backwards }: PageWalk): RawBuilder<unknown> {
  const nulls = backwards ? sql` nulls first` : sql` nulls last`;
  const page = (field: string) => sql.id('page', field);
  return sql.join(
    keys.map((key) => sql`${key.sql(page)} ${direction(descending !== backwards)}${key.nullable ? nulls : sql``}`),
  );
}
