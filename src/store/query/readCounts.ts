import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Queryable } from '../connection/database.ts';
import { columnsOf } from './compileFilter.ts';
import { runStatement } from './runStatement.ts';

interface Counted {
  name: string;
  table: string;
}

const counted = (table: string, where: RawBuilder<SqlBool>, atMost: number | null) => sql`
  select count(*) as count from (
    select from ${sql.table(table)} as x where ${where} limit ${atMost}::bigint
  ) counted`;

/** Counts rows. Counting stops at `atMost`, if it is not null. */
export async function readCount(
  database: Queryable,
  { name, table }: Counted,
  where: RawBuilder<SqlBool>,
  atMost: number | null,
): Promise<number> {
  const [row] = await runStatement<{ count: number }>(database, `${name}.count`, counted(table, where, atMost));
  return row?.count ?? 0;
}

/** Counts the children of each parent, with one statement. Counting stops at `atMost` children of a parent. */
export async function readChildCounts(
  database: Queryable,
  { name, table }: Counted,
  parentIds: readonly string[],
  parent: string,
  where: RawBuilder<SqlBool>,
  atMost: number,
): Promise<Map<string, number>> {
  const ofParent = sql<SqlBool>`${columnsOf('x')(parent)} = parent.id and ${where}`;
  const rows = await runStatement<{ id: string; count: number }>(
    database,
    `${name}.countBy${parent.replace(/^./, (letter) => letter.toUpperCase())}`,
    sql`
      select parent.id, children.count from unnest(${sql.val([...new Set(parentIds)])}::uuid[]) as parent (id)
      cross join lateral (${counted(table, ofParent, atMost)}) children`,
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}
