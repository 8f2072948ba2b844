import type { ColumnTypes } from './columnTypes.ts';

/** `startTime` is stored in the column `start_time`. */
export const snake = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Returns a function that lists the columns of a table under an alias, each named after its field. */
export function selectList<Row>(types: ColumnTypes<Row>): (alias: string, without?: readonly string[]) => string {
  const fields = Object.keys(types);
  return (alias, without = []) =>
    fields
      .filter((field) => !without.includes(field))
      .map((field) => `${alias}.${snake(field)} as "${field}"`)
      .join(', ');
}
