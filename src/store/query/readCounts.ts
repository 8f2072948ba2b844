import { sql } from 'kysely';
import type { Queryable } from '../connection/database.ts';
import { columnsOf } from './compileFilter.ts';
import type { ListRows } from './listRows.ts';
import { madeStatement } from './madeStatement.ts';
import { upperFirst } from './readPages.ts';

interface Counted {
  name: string;
  table: string;
}

/** Counts rows. Counting stops at `atMost`, which belongs to the text, if it is not null. */
export async function readCount(
  database: Queryable,
  { name, table }: Counted,
  rows: ListRows,
  atMost: number | null,
): Promise<number> {
  const { statement, values } = madeStatement(
    `${name}.count`,
    `${atMost} ${rows.shape}`,
    rows.values,
    (slots) => counted(sql`${sql.table(table)} as x where ${rows.sql(slots)}`, atMost),
    rows,
  );
  const [row] = await database.query<{ count: number }>(statement, values);
  return row?.count ?? 0;
}

/** Counts the children of each parent, with one statement. Counting stops at `atMost` children of a parent. */
export async function readChildCounts(
  database: Queryable,
  { name, table }: Counted,
  parentIds: readonly string[],
  parent: string,
  rows: ListRows,
  atMost: number,
): Promise<Map<string, number>> {
  const { statement, values } = madeStatement(
    `${name}.countBy${upperFirst(parent)}`,
    `${atMost} ${rows.shape}`,
    [[...new Set(parentIds)], ...rows.values],
    ([ids, ...slots]) => {
      const children = sql`${sql.table(table)} as x where ${columnsOf('x')(parent)} = parent.id and ${rows.sql(slots, { hasParents: true })}`;
      return sql`
        select parent.id, children.count from unnest(${ids}::uuid[]) as parent (id)
        cross join lateral (${counted(children, atMost)}) children`;
    },
    rows,
  );
  const found = await database.query<{ id: string; count: number }>(statement, values);
  return new Map(found.map(({ id, count }) => [id, count]));
}

const counted = (rows: ReturnType<typeof sql>, atMost: number | null) =>
  atMost === null
    ? sql`select count(*) as count from ${rows}`
    : sql`select count(*) as count from (select from ${rows} limit ${sql.lit(atMost)}) counted`;
