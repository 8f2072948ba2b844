import type { StateType } from '../../core/runs/state.ts';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import {
  bigintArray,
  booleanArray,
  floatArray,
  integerArray,
  jsonbArray,
  smallintArray,
  textArray,
  timeArray,
  uuidArray,
} from './binaryArrays.ts';

/** How a column stores the values of a field. */
export interface ColumnType<Value> {
  /** The name of the type in PostgreSQL. */
  readonly sql: string;
  /** The value as a statement takes it. */
  readonly encode: (value: Value) => unknown;
  /** Many values, as a statement takes them. */
  readonly encodeAll: (values: readonly Value[]) => unknown;
  /** The type of `encodeAll` in PostgreSQL, which is cast to an array of the column's type. */
  readonly sqlOfAll: string;
}

/**
 * The type of the column that stores each field of `Row`. Reads, inserts and updates make their column lists from such an
 * object, so a field without a column does not compile.
 */
export type ColumnTypes<Row> = { readonly [Field in keyof Row]-?: ColumnType<Row[Field]> };

type ArrayOf<Value> = (values: readonly (Value | null)[]) => Buffer;

const unchanged = <Value>(sql: string, encodeAll: ArrayOf<Value>): ColumnType<Value | null> => ({
  sql,
  encode: (value) => value,
  encodeAll,
  sqlOfAll: `${sql}[]`,
});

export const UUID = unchanged('uuid', uuidArray);
export const TEXT = unchanged('text', textArray);
export const BOOLEAN = unchanged('bool', booleanArray);
export const SMALLINT = unchanged('int2', smallintArray);
export const INTEGER = unchanged('int4', integerArray);
export const BIGINT = unchanged('int8', bigintArray);
export const FLOAT = unchanged('float8', floatArray);
/** Each database has its own number for this type, so its arrays are sent as texts. */
export const STATE_TYPE: ColumnType<StateType | null> = { ...unchanged('state_type', textArray), sqlOfAll: 'text[]' };
export const TIME: ColumnType<Instant | null> = { ...unchanged('timestamptz', timeArray), encode: timeText };

/** A column of JSON. @param toJson returns the JSON text of a value; null is null in SQL */
export const jsonColumn = <Value>(toJson: (value: Value) => string | null): ColumnType<Value> => ({
  sql: 'jsonb',
  encode: toJson,
  encodeAll: (values) => jsonbArray(values.map(toJson)),
  sqlOfAll: 'jsonb[]',
});
/** Null and undefined are null in SQL, not in JSON. */
export const JSONB = jsonColumn<unknown>((json) => (json === null || json === undefined ? null : writeJson(json)));

export function timeText(instant: Instant | null): string | null {
  return instant === null ? null : formatInstant(instant);
}

/** The types of some of the columns. */
export const pick = <Row, Field extends keyof Row>(
  types: ColumnTypes<Row>,
  fields: readonly Field[],
): ColumnTypes<Pick<Row, Field>> =>
  // The cast: `Object.fromEntries` does not keep the names of the keys.
  Object.fromEntries(fields.map((field) => [field, types[field]])) as unknown as ColumnTypes<Pick<Row, Field>>;
