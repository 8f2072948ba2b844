import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Page, PageRequest } from '../../core/values/page.ts';
import type { Queryable } from '../connection/database.ts';
import { columnsOf } from './compileFilter.ts';
import { pageRows, walkOrder, walkValues } from './pageQuery.ts';
import { type PageWalk, pageOf, pageWalk } from './pageWalk.ts';
import { runStatement } from './runStatement.ts';
import type { Order, Read, Source } from './source.ts';

interface ListRequest<Row, IsWide extends boolean> {
  /** The name of the list and its order in cursors. */
  list: string;
  /** A condition on the source's table under the alias `x`. */
  where: RawBuilder<SqlBool>;
  order: Order<Row>;
  page: PageRequest;
  wide?: IsWide | undefined;
}

const rowsOf = <Row, Wide extends keyof Row & string>(
  { columns, wide, table }: Source<never, Row, Wide>,
  { where, order, wide: isWide = true }: { where: RawBuilder<SqlBool>; order: Order<Row>; wide?: boolean | undefined },
  walk: PageWalk,
) => pageRows(columns('x', isWide ? [] : wide), table, where, order, walk, walkValues(order, walk));

/** Reads one page of a list. */
export async function readPage<Raw, Row, Wide extends keyof Row & string, IsWide extends boolean = true>(
  database: Queryable,
  source: Source<Raw, Row, Wide>,
  request: ListRequest<Row, IsWide>,
): Promise<Page<Read<Row, Wide, IsWide>>> {
  const { list, order } = request;
  const walk = pageWalk(list, order, request.page);
  const raws = await runStatement<Raw>(
    database,
    `${source.name}.page`,
    sql`select page.* from (${rowsOf(source, request, walk)}) page order by ${walkOrder(order, walk)}`,
  );
  return pageOf(list, order, walk, raws.map(source.fromRow)) as Page<Read<Row, Wide, IsWide>>; // The cast: `wide` selects the columns.
}

interface ChildRequest<Row, IsWide extends boolean> extends Omit<ListRequest<Row, IsWide>, 'list'> {
  /** The name of one parent's children and their order in cursors. Each parent has its own cursors. */
  list: (parentId: string) => string;
  /** The field with the id of the parent. */
  parent: string;
  /** Whether one plan is right for all values. */
  generic?: boolean;
  /** The same, from a row that was read. */
  parentOf: (row: Row) => string | null;
}

/** Reads one page of children for each parent, with one statement. The caller has checked the tenant of the parents. */
export async function readChildPages<Raw, Row, Wide extends keyof Row & string, IsWide extends boolean = true>(
  database: Queryable,
  source: Source<Raw, Row, Wide>,
  parentIds: readonly string[],
  request: ChildRequest<Row, IsWide>,
): Promise<Map<string, Page<Read<Row, Wide, IsWide>>>> {
  const { list, parent, parentOf, order, page, generic = false } = request;
  const ids = [...new Set(parentIds)];
  // With a cursor there is one parent: for any other, `pageWalk` throws. Without a cursor all walks are equal.
  const [walk] = ids.map((id) => pageWalk(list(id), order, page));
  if (!walk) return new Map();
  const where = sql<SqlBool>`${columnsOf('x')(parent)} = parent.id and ${request.where}`;
  const raws = await runStatement<Raw>(
    database,
    `${source.name}.of${upperFirst(parent)}`,
    sql`
      select page.* from unnest(${sql.val(ids)}::uuid[]) as parent (id)
      cross join lateral (${rowsOf(source, { ...request, where }, walk)}) page
      order by ${walkOrder(order, walk)}`,
    { generic },
  );
  const found = new Map<string, Row[]>(ids.map((id) => [id, []]));
  for (const raw of raws) {
    const row = source.fromRow(raw);
    found.get(parentOf(row) ?? '')?.push(row);
  }
  return new Map(
    [...found].map(([id, rows]) => [id, pageOf(list(id), order, walk, rows) as Page<Read<Row, Wide, IsWide>>]), // As above.
  );
}

const upperFirst = (text: string) => text.replace(/^./, (letter) => letter.toUpperCase());
