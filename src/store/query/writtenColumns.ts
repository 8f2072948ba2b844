import type { ColumnType, ColumnTypes } from './columnTypes.ts';
import { snake } from './selectList.ts';

// An insert or update is made from one list of columns, which gives its names, its parameters and its values in one order.

/** A column that a statement writes. */
export interface WrittenColumn<Row> {
  readonly name: string;
  /** The name of its type in PostgreSQL. */
  readonly type: string;
  /** The column's value for a row, as the statement takes it. */
  readonly value: (row: Row) => unknown;
  /** The parameter with the values of many rows, and its type: `text[]`. */
  readonly values: (rows: readonly Row[]) => unknown;
  readonly typeOfValues: string;
}

/** A column with a computed value. */
export const column = <Row, Value>(
  name: string,
  { sql, encode, encodeAll, sqlOfAll }: ColumnType<Value>,
  read: (row: Row) => Value,
): WrittenColumn<Row> => ({
  name,
  type: sql,
  value: (row) => encode(read(row)),
  values: (rows) => encodeAll(rows.map(read)),
  typeOfValues: sqlOfAll,
});

/** One column for each field of an object that rows hold. */
export const fieldColumns = <Row, Fields>(
  types: ColumnTypes<Fields>,
  objectOf: (row: Row) => NoInfer<Fields>,
): WrittenColumn<Row>[] =>
  // The cast: `Object.keys` returns strings.
  (Object.keys(types) as (keyof Fields & string)[]).map((field) =>
    column(snake(field), types[field], (row: Row) => objectOf(row)[field]),
  );

export const namesOf = (columns: readonly WrittenColumn<never>[]): string => columns.map(({ name }) => name).join(', ');

/** The parameters of one row, from `$first` on. */
export const rowParameters = (columns: readonly WrittenColumn<never>[], first: number): string =>
  columns.map(({ type }, index) => `$${first + index}::${type}`).join(', ');

/** The parameters of many rows, from `$first` on: an array for each column. */
export const arrayParameters = (columns: readonly WrittenColumn<never>[], first: number): string =>
  columns
    .map(({ type, typeOfValues }, index) => {
      const cast = typeOfValues === `${type}[]` ? '' : `::${type}[]`;
      return `$${first + index}::${typeOfValues}${cast}`;
    })
    .join(', ');

/** The text that inserts one row, from `rowValues`; `where`, `on conflict` and `returning` may follow. */
export const insertOne = (table: string, columns: readonly WrittenColumn<never>[], first = 1): string =>
  `insert into ${table} (${namesOf(columns)}) select ${rowParameters(columns, first)}`;

/** The text that inserts many rows, from `arrayValues`; `on conflict` and `returning` may follow. */
export const insertMany = (table: string, columns: readonly WrittenColumn<never>[]): string =>
  `insert into ${table} (${namesOf(columns)}) select * from unnest(${arrayParameters(columns, 1)})`;

/** The values of one row, in the order of `rowParameters`. */
export const rowValues = <Row>(columns: readonly WrittenColumn<Row>[], row: Row): unknown[] =>
  columns.map(({ value }) => value(row));

/** The values of many rows, in the order of `arrayParameters`. */
export const arrayValues = <Row>(columns: readonly WrittenColumn<Row>[], rows: readonly Row[]): unknown[] =>
  columns.map(({ values }) => values(rows));
