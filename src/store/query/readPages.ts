import { type SqlBool, sql } from 'kysely';
import type { Page, PageRequest } from '../../core/values/page.ts';
import type { Queryable } from '../connection/database.ts';
import type { ListRows } from './listRows.ts';
import { madeStatement, numberOf } from './madeStatement.ts';
import { isOfParent, type PageWhere, pageRows, walkKey, walkOrder, walkValues } from './pageQuery.ts';
import { type PageWalk, pageOf, pageWalk } from './pageWalk.ts';
import type { Order, Read, Source } from './source.ts';

interface ListRequest<Row, IsWide extends boolean> {
  /** The name of the list and its order in cursors. */
  list: string;
  rows: ListRows;
  /** A constant: statements are remembered by it. */
  order: Order<Row>;
  page: PageRequest;
  wide?: IsWide | undefined;
}

/**
 * Makes the statement of a page, or finds it.
 * @param ids of the parents; null for a list without parents
 */
function pageStatement<Row, Wide extends keyof Row & string>(
  { name, table, columns, wide }: Source<never, Row, Wide>,
  { rows, order, wide: isWide = true }: Pick<ListRequest<Row, boolean>, 'rows' | 'order' | 'wide'>,
  walk: PageWalk,
  children: { parent: string; ids: readonly string[] } | null,
) {
  const { limit, keys } = walkValues(order, walk);
  const values = [limit, children?.ids, ...keys, ...rows.values];
  const make = ([limitSlot, ids, ...slots]: readonly unknown[]) => {
    const keySlots = slots.slice(0, keys.length);
    const matches: PageWhere = (beyond) =>
      rows.sql(slots.slice(keys.length), { beyond, hasParents: children !== null });
    const page = (where: PageWhere) =>
      pageRows(columns('x', isWide ? [] : wide), table, where, order, walk, { limit: limitSlot, keys: keySlots });
    const ordered = sql`order by ${walkOrder(order, walk)}`;
    if (children === null) return sql`select page.* from (${page(matches)}) page ${ordered}`;
    const ofParent: PageWhere = (beyond) =>
      sql<SqlBool>`${isOfParent(children.parent, order, rows)} and ${matches(beyond)}`;
    return sql`
      select page.* from unnest(${ids}::uuid[]) as parent (id) cross join lateral (${page(ofParent)}) page ${ordered}`;
  };
  return madeStatement(
    `${name}.${children ? `of${upperFirst(children.parent)}` : 'page'}`,
    `${numberOf(order)}${walkKey(walk)}${isWide} ${rows.shape}`,
    values,
    make,
    rows,
  );
}

/** Reads one page of a list. */
export async function readPage<Raw, Row, Wide extends keyof Row & string, IsWide extends boolean = true>(
  database: Queryable,
  source: Source<Raw, Row, Wide>,
  request: ListRequest<Row, IsWide>,
): Promise<Page<Read<Row, Wide, IsWide>>> {
  const { list, order } = request;
  const walk = pageWalk(list, order, request.page);
  const { statement, values } = pageStatement(source, request, walk, null);
  const raws = await database.query<Raw>(statement, values);
  return pageOf(list, order, walk, raws.map(source.fromRow)) as Page<Read<Row, Wide, IsWide>>; // The cast: `wide` selects the columns.
}

interface ChildRequest<Row, IsWide extends boolean> extends Omit<ListRequest<Row, IsWide>, 'list'> {
  /** The name of one parent's children and their order in cursors. Each parent has its own cursors. */
  list: (parentId: string) => string;
  /** The field with the id of the parent. */
  parent: string;
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
  const { list, parent, parentOf, order, page } = request;
  const ids = [...new Set(parentIds)];
  // With a cursor there is one parent: for any other, `pageWalk` throws. Without a cursor all walks are equal.
  const [walk] = ids.map((id) => pageWalk(list(id), order, page));
  if (!walk) return new Map();
  const { statement, values } = pageStatement(source, request, walk, { parent, ids });
  const raws = await database.query<Raw>(statement, values);
  const found = new Map<string, Row[]>(ids.map((id) => [id, []]));
  for (const raw of raws) {
    const row = source.fromRow(raw);
    found.get(parentOf(row) ?? '')?.push(row);
  }
  return new Map(
    [...found].map(([id, rows]) => [id, pageOf(list(id), order, walk, rows) as Page<Read<Row, Wide, IsWide>>]), // As above.
  );
}

export const upperFirst = (text: string) => text.replace(/^./, (letter) => letter.toUpperCase());
