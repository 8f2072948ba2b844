import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { MAX_PAGE_SIZE } from '../../core/values/page.ts';
import { columnsOf, type FilterParameters } from './compileFilter.ts';
import { FIELD_KINDS, type FieldKind, parameter } from './fieldKinds.ts';
import type { PageWalk } from './pageWalk.ts';
import type { Order, SortKey } from './source.ts';

/** A condition on `x`. In the order of ids, it may take part in the condition that begins the page after a row. */
export type PageWhere = RawBuilder<SqlBool> | ((beyond: FilterParameters['beyond']) => RawBuilder<SqlBool>);

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

/** What decides the text of a walk, besides its order, as a part of a key. */
export const walkKey = ({ backwards, from }: PageWalk): string => {
  const start = from === null ? 'end' : from[0] === null ? 'null' : 'key';
  return `${backwards ? '<' : '>'}${start}`;
};

/**
 * Selects the rows of one page and one more row, in no order, from a table under the alias `x`.
 *
 * Nulls come last in both directions. No single index does that: an ascending index, read backwards, returns nulls first. So
 * an order whose first key may be null is read in two parts, rows with the key and rows without it. Each part is a plain
 * range of the ascending index, and therefore has no `nulls last`. The limit of the second part is what the first part left
 * over, so that it usually reads nothing; a cursor in the second part skips the first. Keys are compared as a row,
 * `(key, id) > (...)`, which PostgreSQL uses as the start of an index range.
 *
 * Each limit is two: PostgreSQL plans a `limit` that is a parameter for a tenth of the table, so a plan for all values, which
 * prepared statements have, would sort a million rows instead of walking along an index. The inner limit is part of the text
 * and says that pages are small.
 */
export function pageRows(
  columns: string,
  table: string,
  where: PageWhere,
  order: Order<never>,
  { backwards, from }: PageWalk,
  values: WalkValues,
): RawBuilder<unknown> {
  const downwards = order.descending !== backwards;
  const parts = backwards ? partsOf(order).reverse() : partsOf(order);
  const start = from ? parts.findIndex(({ isNull }) => isNull === (from[0] === null)) : 0;

  const select = (part: Part, limit: RawBuilder<unknown>, begins: boolean) => {
    const beyond =
      begins && isById(order) ? (id: RawBuilder<unknown>) => after([id], part, values.keys, downwards) : null;
    const conditions = [
      typeof where === 'function' ? where(beyond) : where,
      part.holds,
      ...(begins
        ? [
            after(
              part.keys.map((key) => key.sql(x)),
              part,
              values.keys,
              downwards,
            ),
          ]
        : []),
    ];
    return sql`
      select * from (
        select ${sql.raw(columns)} from ${sql.table(table)} as x
        where ${sql.join(conditions, sql` and `)}
        order by ${sql.join(order.keys.map((key) => sql`${key.sql(x)} ${direction(downwards)}`))}
        limit ${sql.lit(MAX_PAGE_SIZE + 1)}
      ) most limit ${limit}`;
  };

  const [near, far] = parts.slice(start);
  const limit = sql`${values.limit}::bigint`;
  if (!near) throw new Error('A cursor is in one of the parts of its list.');
  if (!far) return select(near, limit, from !== null);
  return sql`
    with near as materialized (${select(near, limit, from !== null)})
    select * from near union all (${select(far, sql`${limit} - (select count(*) from near)`, false)})`;
}

const x = columnsOf('x');
export const direction = (downwards: boolean) => (downwards ? sql`desc` : sql`asc`);

/** Whether the order is that of ids. Their key is the only one of its kind. */
const isById = ({ keys }: Order<never>) => keys.length === 1 && keys[0].kind === 'uuid';

/**
 * The condition that `x` is a child of `parent`. For all children in the order of ids, it is said twice, the second time as a
 * range: PostgreSQL then expects few rows, and follows the index on the parent. Otherwise it would walk along the primary
 * key, which for a flow with few of a million runs is nearly the whole table. With a filter, the same would hide that another
 * index finds the children sooner.
 */
export function isOfParent(field: string, order: Order<never>, { shape }: { shape: string }): RawBuilder<SqlBool> {
  const column = x(field);
  const isChild = sql<SqlBool>`${column} = parent.id`;
  return isById(order) && shape === '' ? sql`${isChild} and ${column} between parent.id and parent.id` : isChild;
}

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

/** The condition that columns, which hold the keys of the part, come after a row. */
function after(
  columns: readonly RawBuilder<unknown>[],
  { keys, isNull }: Part,
  from: readonly unknown[],
  downwards: boolean,
): RawBuilder<SqlBool> {
  const values = isNull ? from.slice(1) : from;
  const places = keys.map(({ kind }, place) => sql`${values[place]}::${sql.raw(FIELD_KINDS[kind].type)}`);
  return sql`(${sql.join(columns)}) ${downwards ? sql`<` : sql`>`} (${sql.join(places)})`;
}

/** The order of a walk, for the rows of `pageRows` under the alias `page`. */
export function walkOrder(
  { keys, descending }: Order<never>,
  { backwards }: Pick<PageWalk, 'backwards'>,
): RawBuilder<unknown> {
  const nulls = backwards ? sql` nulls first` : sql` nulls last`;
  const page = (field: string) => sql.id('page', field);
  return sql.join(
    keys.map((key) => sql`${key.sql(page)} ${direction(descending !== backwards)}${key.nullable ? nulls : sql``}`),
  );
}
