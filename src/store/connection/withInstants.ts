import type { Instant } from '../../core/values/instant.ts';

type AsInstant<Value> = Value extends Date ? Instant : Value;
/** Prisma's row with instants instead of dates. */
export type WithInstants<Row> = { [Key in keyof Row]: AsInstant<Row[Key]> };

/** Returns the row with instants instead of dates. Prisma reads times as `Date`, in milliseconds. */
export function withInstants<Row extends object>(row: Row): WithInstants<Row> {
  const columns = Object.entries(row).map(([key, value]) => [
    key,
    value instanceof Date ? value.getTime() * 1000 : value,
  ]);
  return Object.fromEntries(columns) as WithInstants<Row>; // It has the same keys.
}
