import { type RawBuilder, sql } from 'kysely';
import { checkPrefect1Limit } from './prefect1Limits.ts';
import type { ColumnScalar, Prefect1Table } from './prefect1Table.ts';

interface MeasureKind {
  scalars: readonly ColumnScalar[];
  sql: (column: RawBuilder<unknown>, scalar: ColumnScalar) => RawBuilder<unknown>;
}

const COMPARED: readonly ColumnScalar[] = ['uuid', 'String', 'Int', 'timestamptz'];

/** PostgreSQL before 18 has no `max(uuid)`; as text in the C collation, uuids have the same order. */
const extreme = (word: 'max' | 'min'): MeasureKind => ({
  scalars: COMPARED,
  sql: (column, scalar) =>
    scalar === 'uuid' ? sql`${sql.raw(word)}(${column}::text collate "C")::uuid` : sql`${sql.raw(word)}(${column})`,
});
const ofNumbers = (word: string): MeasureKind => ({
  scalars: ['Int'],
  sql: (column) => sql`${sql.raw(word)}(${column})::float8`,
});

/** The aggregates besides the count, with the scalars of the columns that they apply to. */
export const MEASURES: { readonly [name: string]: MeasureKind } = {
  avg: ofNumbers('avg'),
  max: extreme('max'),
  min: extreme('min'),
  stddev: ofNumbers('stddev'),
  stddev_pop: ofNumbers('stddev_pop'),
  stddev_samp: ofNumbers('stddev_samp'),
  sum: ofNumbers('sum'),
  var_pop: ofNumbers('var_pop'),
  var_samp: ofNumbers('var_samp'),
  variance: ofNumbers('variance'),
};

export type Measure =
  | { measure: 'count'; columns: readonly string[]; distinct: boolean }
  | { measure: string; column: string };

/** @param columnSql the column with this name, of the aggregated rows */
export function measureSql(
  table: Prefect1Table,
  measure: Measure,
  columnSql: (name: string) => RawBuilder<unknown>,
): RawBuilder<unknown> {
  if ('column' in measure) {
    const column = table.columns[measure.column];
    const kind = MEASURES[measure.measure];
    if (!column || !kind) throw new Error(`${table.name} has no ${measure.measure} of ${measure.column}.`);
    return kind.sql(columnSql(measure.column), column.scalar);
  }
  checkPrefect1Limit('keys', measure.columns.length, 'columns');
  const columns = measure.columns.map(columnSql);
  if (columns.length === 0) return sql`count(*)`;
  const counted = columns.length === 1 ? sql.join(columns) : sql`(${sql.join(columns)})`;
  return measure.distinct ? sql`count(distinct ${counted})` : sql`count(${counted})`;
}

export const columnsOfMeasure = (measure: Measure): readonly string[] =>
  'column' in measure ? [measure.column] : measure.columns;
