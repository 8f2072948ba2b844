import type { CursorKey } from '../../core/values/cursor.ts';
import type { FieldKind } from './fieldKinds.ts';
import type { Expression } from './filterTables.ts';

/** A table as the source of objects. `Wide` names the properties that are read only when asked for. */
export interface Source<Raw, Row, Wide extends keyof Row & string = never> {
  /** Names its statements: `flowRuns.page`. */
  name: string;
  table: string;
  /** The condition on `x` that confines it to the tenant `$2`. */
  ofTenant: string;
  columns: (alias: string, without?: readonly string[]) => string;
  wide: readonly Wide[];
  fromRow: (raw: Raw) => Row;
}

/** An object without its wide properties: large JSON, which lists seldom show. A whole object is a lean one, too. */
export type Lean<Row, Wide extends keyof Row> = Omit<Row, Wide> & Partial<Pick<Row, Wide>>;

/** What a read gives: lean objects where it was told `wide: false`, whole ones otherwise. */
export type Read<Row, Wide extends keyof Row, IsWide extends boolean> = IsWide extends false ? Lean<Row, Wide> : Row;

export interface SortKey<Row> {
  kind: FieldKind;
  sql: Expression;
  /** The same value of a row that was read. */
  of: (row: Row) => CursorKey;
  /** Only the first key of an order may be null; its nulls come last, whatever the direction. */
  nullable: boolean;
}

/** By these keys, all in one direction. Together they tell any two rows of a list apart. */
export interface Order<Row> {
  keys: readonly [SortKey<Row>, ...SortKey<Row>[]];
  descending: boolean;
}

/** A key that is a column. */
export const columnKey = <Name extends string>(name: Name, kind: FieldKind, nullable = false) => ({
  kind,
  nullable,
  sql: (columnOf: Parameters<Expression>[0]) => columnOf(name),
  of: (row: { readonly [Key in Name]: CursorKey }) => row[name],
});
