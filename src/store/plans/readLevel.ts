import type { CursorKey } from '../../core/values/cursor.ts';
import type { Page } from '../../core/values/page.ts';
import { readJson } from '../../core/values/readJson.ts';
import { instantFromColumn } from '../connection/columnParsers.ts';
import type { TextReads, TextRow } from '../connection/database.ts';
import { pageOf } from '../query/pageWalk.ts';
import type { Order } from '../query/source.ts';
import type { Level } from './level.ts';
import { type LevelPage, type LevelRequest, levelStatement } from './levelStatement.ts';

/** Reads rows by id, in no order. Ids of other tenants are left out. */
export function readLevelRows(reads: TextReads, level: Level, request: LevelRequest): Promise<TextRow[]> {
  const { statement, values } = levelStatement(level, request);
  return reads.texts(statement, values);
}

/** Reads a page of a list that has no parents. */
export async function readLevelPage(
  reads: TextReads,
  level: Level,
  list: string,
  request: LevelRequest & { page: LevelPage },
): Promise<Page<TextRow>> {
  const rows = await readLevelRows(reads, level, request);
  return pageOf(list, textOrder(level, request.page, 0), request.page.walk, rows);
}

/** Reads a page of the children of each parent. */
export async function readLevelPages(
  reads: TextReads,
  level: Level,
  list: (parentId: string) => string,
  request: LevelRequest & { page: LevelPage; ids: readonly string[] },
): Promise<Map<string, Page<TextRow>>> {
  const rows = await readLevelRows(reads, level, request);
  const found = new Map<string, TextRow[]>(request.ids.map((id) => [id, []]));
  const parent = level.columns.length;
  for (const row of rows) found.get(row[parent] ?? '')?.push(row);
  const order = textOrder(level, request.page, 1);
  return new Map([...found].map(([id, ofParent]) => [id, pageOf(list(id), order, request.page.walk, ofParent)]));
}

/** An order of rows whose columns are texts. The fields of its keys follow the columns of the level and the parent's id. */
function textOrder({ table, columns }: Level, { order }: LevelPage, before: number): Order<TextRow> {
  let place = before + columns.length;
  const keys = order.keys.map(({ fields, of, ...key }) => {
    const read = fields.map((field): [string, number] => [field, place++]);
    const keyOf = (row: TextRow): CursorKey =>
      of(
        Object.fromEntries(read.map(([field, at]) => [field, columnValue(table.types[field]?.sql, row[at])])) as never,
      ); // it has the fields that `of` reads
    return { ...key, fields, of: keyOf };
  });
  return { descending: order.descending, keys: keys as unknown as Order<TextRow>['keys'] }; // as many as before
}

/** Returns the value of a column's text, as statements return it. */
export function columnValue(type: string | undefined, text: string | null | undefined): unknown {
  if (text === null || text === undefined) return null;
  switch (type) {
    case 'timestamptz':
      return instantFromColumn(text);
    case 'int2':
    case 'int4':
    case 'int8':
    case 'float8':
      return Number(text);
    case 'bool':
      return text === 't';
    case 'jsonb':
      return readJson(text);
    default:
      return text;
  }
}
