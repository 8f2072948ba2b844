import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { Filter } from '../../core/filters/filter.ts';
import { MAX_TOTAL_COUNT } from '../../core/values/page.ts';
import { type Statement, statement } from '../connection/database.ts';
import { filterSql } from '../query/compileFilter.ts';
import type { FilterTableName } from '../query/filterTables.ts';
import { EVERY_ROW, type ListRows, tenantRows } from '../query/listRows.ts';
import { isOfParent, type PageWhere, pageRows, type WalkValues, walkKey, walkOrder } from '../query/pageQuery.ts';
import type { PageWalk } from '../query/pageWalk.ts';
import { NO_FILTER, type ReadFilter, readFilter } from '../query/readFilter.ts';
import { compiledStatement } from '../query/runStatement.ts';
import { snake } from '../query/selectList.ts';
import type { Order } from '../query/source.ts';
import { type Counted, filterOf, type Level, type LevelColumn, PAGE } from './level.ts';
import { PLAN_TABLES } from './planTables.ts';

/** Which rows of a level to read. */
export interface LevelRequest {
  tenantId: string;
  counted: Counted;
  /** The ids of the rows or, for children, of their parents. Null for a list that has no parents. */
  ids: readonly string[] | null;
  /** Null for rows by id. */
  page: LevelPage | null;
}

export interface LevelPage {
  /** The field with the id of the parent. Null for a list that has no parents. */
  parent: string | null;
  filters: FilterTableName | null;
  filter: Filter;
  sort: string;
  order: Order<never>;
  walk: PageWalk;
  values: WalkValues;
  /** Whether the fields of the order are read, for cursors. */
  hasCursors: boolean;
}

/** A request whose filters were read: their shapes decide the text, and their values are parameters. */
interface ReadRequest extends LevelRequest {
  /** The rows of the page. */
  rows: ListRows;
  /** The filter of each counted list, in the order of the level's columns. */
  counts: readonly ReadFilter[];
}

/** A parameter whose value each request has. It stands in the place of the value while the text is made. */
class Slot {
  constructor(readonly of: (request: ReadRequest) => unknown) {}
}
const TENANT = new Slot(({ tenantId }) => tenantId);
const IDS = new Slot(({ ids }) => ids);
const WALK: WalkValues = {
  limit: new Slot(({ page }) => page?.values.limit),
  keys: [0, 1, 2].map((place) => new Slot(({ page }) => page?.values.keys[place])),
};

/** A text, with a slot for each parameter. */
interface Made {
  statement: Statement;
  parameters: readonly unknown[];
}

// 8 MB of texts.
const made = new LRUCache<string, Made>({
  max: 5_000,
  maxSize: 8_000_000,
  maxEntrySize: 20_000,
  sizeCalculation: ({ statement: { text } }, key) => key.length + text.length,
});

/**
 * Returns the statement that reads rows of a level, and its values. Its text is made once for each level, order and shape of
 * its filters.
 */
export function levelStatement(level: Level, given: LevelRequest): { statement: Statement; values: unknown[] } {
  const { page, tenantId, counted } = given;
  const request: ReadRequest = {
    ...given,
    rows: page?.filters ? tenantRows(page.filters, tenantId, page.filter) : EVERY_ROW,
    counts: level.columns.filter(isCount).map((count) => filterOfCount(count, counted)),
  };
  const key = keyOf(level, request);
  let known = made.get(key);
  if (!known) {
    known = makeStatement(level, request);
    made.set(key, known);
  }
  return {
    statement: known.statement,
    values: known.parameters.map((value) => (value instanceof Slot ? value.of(request) : value)),
  };
}

function keyOf({ id }: Level, { page, rows, counts }: ReadRequest): string {
  const key = `${id}|${counts.map(({ shape }) => shape).join('|')}`;
  return page === null ? key : `${key}/${page.sort}${walkKey(page.walk)}${page.hasCursors}${rows.shape}`;
}

type ColumnOfCount = Extract<LevelColumn, { list: number }>;
const isCount = (column: LevelColumn): column is ColumnOfCount => 'list' in column;
const filterOfCount = ({ children, list }: ColumnOfCount, counted: Counted): ReadFilter =>
  children.filters ? readFilter(filterOf(counted, list), { table: children.filters, finds: true }) : NO_FILTER;

function makeStatement(level: Level, request: ReadRequest): Made {
  const { table, columns, joins } = level;
  const { page, rows, counts } = request;
  let place = 0;
  const order = page?.hasCursors ? fieldsOf(page.order).map((field) => ({ owner: PAGE, field })) : [];
  const shown = sql.join([
    ...columns.map((column) =>
      isCount(column) ? countOf(column, counts, place++) : fieldOf(column.owner, column.field),
    ),
    ...(page?.parent ? [sql.raw('parent.id')] : []),
    ...order.map(({ owner, field }) => fieldOf(owner, field)),
  ]);
  const joined = sql.join(
    joins.map(({ alias, to, owner, by }) => {
      const isOfTenant = to.hasTenant ? sql` and ${sql.ref(`${alias}.tenant_id`)} = ${TENANT}` : sql``;
      return sql`left join ${sql.table(to.table)} as ${sql.id(alias)}
        on ${sql.ref(`${alias}.id`)} = ${fieldOf(owner, by)}${isOfTenant}`;
    }),
    sql` `,
  );
  const body = page ? pageOf(level, page, rows) : byIds(level);
  const name = page ? (page.parent ? `of${upperFirst(page.parent)}` : 'page') : 'byId';
  const ordered = page ? sql` order by ${walkOrder(page.order, page.walk)}` : sql``;
  const { text, parameters } = compiledStatement(sql`select ${shown} from ${body} ${joined}${ordered}`);
  // Without filters, the ids and the order lead to an index, for all values.
  const generic = counts.every(({ shape }) => shape === '') && (page === null || rows.generic === true);
  return { statement: statement(`${table.name}.${name}`, text, { generic }), parameters };
}

/** The fields of the rows themselves. An order needs its own. */
const innerColumns = ({ fields }: Level, order: Order<never> | null): string => {
  const read = new Set(['id', ...fields, ...(order ? fieldsOf(order) : [])]);
  return [...read].map((field) => `x.${snake(field)} as "${field}"`).join(', ');
};

const fieldsOf = ({ keys }: Order<never>): string[] => keys.flatMap(({ fields }) => fields);

function byIds(level: Level): RawBuilder<unknown> {
  return sql`(
    select ${sql.raw(innerColumns(level, null))} from ${sql.table(level.table.table)} as x
    where x.id = any(${IDS}::uuid[]) and x.tenant_id = ${TENANT}
  ) as ${sql.id(PAGE)}`;
}

function pageOf(
  level: Level,
  { parent, order, walk }: LevelPage,
  { shape, values, sql: rowsSql }: ListRows,
): RawBuilder<unknown> {
  const slots = values.map((_, place) => new Slot((request) => request.rows.values[place]));
  const where: PageWhere = (beyond) => {
    const matches = rowsSql(slots, { beyond, hasParents: parent !== null });
    return parent ? sql<SqlBool>`${isOfParent(parent, order, { shape })} and ${matches}` : matches;
  };
  const rows = pageRows(innerColumns(level, order), level.table.table, where, order, walk, WALK);
  if (!parent) return sql`(${rows}) as ${sql.id(PAGE)}`;
  return sql`unnest(${IDS}::uuid[]) as parent (id) cross join lateral (${rows}) as ${sql.id(PAGE)}`;
}

function countOf(column: ColumnOfCount, counts: readonly ReadFilter[], count: number): RawBuilder<unknown> {
  const { owner, children } = column;
  const { of, parent } = children;
  const table = PLAN_TABLES[of];
  const filter = counts[count] ?? NO_FILTER;
  const values = filter.values.map((_, place) => new Slot((request) => request.counts[count]?.values[place]));
  const matches = filter.shape === '' ? sql`` : sql` and ${filterSql(filter, 'c', { tenantId: TENANT, values })}`;
  const isOfTenant = table.hasTenant ? sql` and c.tenant_id = ${TENANT}` : sql``;
  return sql`(select count(*) from (
    select from ${sql.table(table.table)} as c
    where ${sql.ref(`c.${snake(parent)}`)} = ${fieldOf(owner, 'id')}${isOfTenant}${matches}
    limit ${sql.lit(MAX_TOTAL_COUNT)}) counted)`;
}

/** The level's own rows have columns named after fields, joined rows have those of their table. */
const fieldOf = (owner: string, field: string): RawBuilder<unknown> =>
  owner === PAGE ? sql.id(PAGE, field) : sql.ref(`${owner}.${snake(field)}`);

const upperFirst = (text: string) => text.replace(/^./, (letter) => letter.toUpperCase());
