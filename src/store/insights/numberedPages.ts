import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, type NumberedPage } from '../../core/values/page.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Queryable } from '../connection/database.ts';
import { FLOW_RUNS } from '../flowRuns/flowRuns.ts';
import { columnsOf } from '../query/compileFilter.ts';
import { direction, walkOrder } from '../query/pageQuery.ts';
import { runStatement } from '../query/runStatement.ts';
import { RUN_ORDERS, type RunSort } from '../query/sortOrders.ts';
import type { Order, Read, Source } from '../query/source.ts';
import { tenantWhere } from '../query/tenantWhere.ts';
import { TASK_RUNS } from '../taskRuns/taskRuns.ts';

export interface NumberedList<IsWide extends boolean = boolean> {
  filter?: Filter;
  sort?: RunSort;
  /** From 1. Default 1. */
  page?: number | null | undefined;
  limit?: number | null | undefined;
  /** False omits wide columns. Default true. */
  wide?: IsWide | undefined;
}

const numberedPages =
  <Raw, Row extends { id: string }, Wide extends keyof Row & string>(
    source: Source<Raw, Row, Wide>,
    table: 'flowRun' | 'taskRun',
    orders: { readonly [Sort in RunSort]: Order<Row> },
  ) =>
  async <IsWide extends boolean = true>(
    database: Queryable,
    tenantId: string,
    { filter = EVERYTHING, sort = 'ID_DESC', page: asked, limit: most, wide = true as IsWide }: NumberedList<IsWide>,
  ): Promise<NumberedPage<Read<Row, Wide, IsWide>>> => {
    const page = checked('page', asked ?? 1, 1);
    const limit = checked('limit', most ?? DEFAULT_PAGE_SIZE, 0, MAX_PAGE_SIZE);
    const columns = source.columns('x', wide ? [] : source.wide);
    const where = tenantWhere(table, tenantId, filter);
    const query = numberedRows(columns, source.table, where, orders[sort], limit, (page - 1) * limit);
    const found = await runStatement<Raw & { totalCount: number }>(database, `${source.name}.numberedPage`, query);
    const totalCount = found[0]?.totalCount ?? 0;
    const rows = found.flatMap(({ totalCount: _, ...raw }) => {
      const row = source.fromRow(raw as Raw); // The other columns.
      return row.id === null ? [] : [row];
    });
    return {
      rows: rows as Read<Row, Wide, IsWide>[], // `wide` selected the columns.
      page,
      limit,
      pages: limit === 0 ? 0 : Math.ceil(totalCount / limit),
      totalCount,
    };
  };

export const numberedFlowRunPage = numberedPages(FLOW_RUNS, 'flowRun', RUN_ORDERS);
export const numberedTaskRunPage = numberedPages(TASK_RUNS, 'taskRun', RUN_ORDERS);

/**
 * Returns the rows of a page, each with the length of the whole list; one row of nulls if the page is empty. One
 * statement sees one snapshot, so rows and count agree even while other transactions write.
 *
 * As in pageQuery.ts, rows without the first key come last in both directions, and each part is a range of one index.
 * The offset into the second part is counted only if the first part does not fill the page. Skipped rows are skipped in
 * the index, by id: with a million runs, the last page takes 0.14 s, and would take 2 s if the rows were visited.
 */
function numberedRows(
  columns: string,
  table: string,
  where: RawBuilder<SqlBool>,
  order: Order<never>,
  limit: number,
  offset: number,
): RawBuilder<unknown> {
  const [first, ...others] = order.keys;
  const towards = direction(order.descending);
  const rows = sql`${sql.table(table)} as x where ${where}`;
  const near = sql`
    select x.id from ${rows} and ${first.nullable ? sql`${first.sql(x)} is not null` : sql`true`}
    order by ${sql.join(order.keys.map((key) => sql`${key.sql(x)} ${towards}`))}
    limit ${limit}::bigint offset ${offset}::bigint`;
  const lacking = sql`(${limit}::bigint - (select count(*) from near))`;
  const far = sql`
    select x.id from ${rows} and ${first.sql(x)} is null
    order by ${sql.join(others.map((key) => sql`${key.sql(x)} ${towards}`))}
    limit ${lacking} offset case when ${lacking} = 0 then 0 else
      greatest(0, ${offset}::bigint - (select count(*) from ${rows} and ${first.sql(x)} is not null)) end`;
  return sql`
    with counted as materialized (select count(*) as total from ${rows}),
    near as materialized (${near}),
    picked as materialized (select id from near${first.nullable ? sql` union all (${far})` : sql``}),
    page as (select ${sql.raw(columns)} from picked join ${sql.table(table)} as x on x.id = picked.id)
    select counted.total as "totalCount", page.* from counted left join page on true
    order by ${walkOrder(order, { backwards: false })}`;
}

const x = columnsOf('x');

function checked(argument: string, value: number, least: number, most = Number.POSITIVE_INFINITY): number {
  if (!Number.isInteger(value) || value < least)
    throw new Problem('BAD_USER_INPUT', `\`${argument}\` must be an integer of at least ${least}.`, { argument });
  if (value > most) throw new Problem('LIMIT_EXCEEDED', `\`${argument}\` must be at most ${most}.`, { argument });
  return value;
}
