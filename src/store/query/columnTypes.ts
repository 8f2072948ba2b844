import type { StateType } from '../../core/runs/state.ts';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import { writeJson } from '../../core/values/writeJson.ts';

/** How a column stores the values of a field. */
export interface ColumnType<Value> {
  /** The name of the type in PostgreSQL. */
  readonly sql: string;
  /** The value as a statement takes it. */
  readonly encode: (value: Value) => unknown;
}

/**
 * The type of the column that stores each field of `Row`. Reads, inserts and updates make their column lists from such an
 * object, so a field without a column does not compile.
 */
export type ColumnTypes<Row> = { readonly [Field in keyof Row]-?: ColumnType<Row[Field]> };

const unchanged = <Value>(sql: string): ColumnType<Value | null> => ({ sql, encode: (value) => value });

export const UUID = unchanged<string>('uuid');
export const TEXT = unchanged<string>('text');
export const BOOLEAN = unchanged<boolean>('bool');
export const SMALLINT = unchanged<number>('int2');
export const INTEGER = unchanged<number>('int4');
export const BIGINT = unchanged<number>('int8');
export const FLOAT = unchanged<number>('float8');
export const STATE_TYPE = unchanged<StateType>('state_type');
export const TIME: ColumnType<Instant | null> = { sql: 'timestamptz', encode: (instant) => timeText(instant) };
/** Null and undefined are null in SQL, not in JSON. */
export const JSONB: ColumnType<unknown> = {
  sql: 'jsonb',
  encode: (json) => (json === null || json === undefined ? null : writeJson(json)),
};

export const timeText = (instant: Instant | null): string | null => (instant === null ? null : formatInstant(instant));

/** The types of some of the columns. */
export const pick = <Row, Field extends keyof Row>(
  types: ColumnTypes<Row>,
  fields: readonly Field[],
): ColumnTypes<Pick<Row, Field>> =>
  // The cast: `Object.fromEntries` does not keep the names of the keys.
  Object.fromEntries(fields.map((field) => [field, types[field]])) as unknown as ColumnTypes<Pick<Row, Field>>;
