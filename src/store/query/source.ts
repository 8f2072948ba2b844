import type { CursorKey } from '../../core/values/cursor.ts';
import type { FieldKind } from './fieldKinds.ts';
import type { Expression } from './filterTables.ts';

/** A table as a source of objects. `Wide` lists the fields that are read only if a document selects them. */
export interface Source<Raw, Row, Wide extends keyof Row & string = never> {
  /** The prefix of its statements' names, as in `flowRuns.page`. */
  name: string;
  table: string;
  /** The condition that limits `x` to the tenant `$2`. */
  ofTenant: string;
  columns: (alias: string, without?: readonly string[]) => string;
  wide: readonly Wide[];
  fromRow: (raw: Raw) => Row;
}

/** An object without its wide fields, which are large JSON that lists rarely show. A whole object is also a lean one. */
export type Lean<Row, Wide extends keyof Row> = Omit<Row, Wide> & Partial<Pick<Row, Wide>>;

/** The result of a read: lean objects with `wide: false`, and whole objects otherwise. */
export type Read<Row, Wide extends keyof Row, IsWide extends boolean> = IsWide extends false ? Lean<Row, Wide> : Row;

export interface SortKey<Row> {
  kind: FieldKind;
  sql: Expression;
  /** The same value, from a row that was read. */
  of: (row: Row) => CursorKey;
  /** The fields of the row from which `of` makes it. */
  fields: readonly string[];
  /** Only the first key of an order may be null. Nulls come last in both directions. */
  nullable: boolean;
}

/** The keys of an order, all in one direction. Together they are unique within a list. */
export interface Order<Row> {
  keys: readonly [SortKey<Row>, ...SortKey<Row>[]];
  descending: boolean;
}

/** A sort key that is a column. */
export const columnKey = <Name extends string>(name: Name, kind: FieldKind, nullable = false) => ({
  kind,
  nullable,
  sql: (columnOf: Parameters<Expression>[0]) => columnOf(name),
  of: (row: { readonly [Key in Name]: CursorKey }) => row[name],
  fields: [name],
});
