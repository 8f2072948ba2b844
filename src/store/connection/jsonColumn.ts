import type { Json } from '../../core/values/jsonObject.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import { Prisma } from '../generated/prisma/client.ts';

/**
 * Returns the value of a JSON column as text. Prisma serializes an object in several passes: 0.66 MB block the event
 * loop for 46 ms, and the text for 5 ms.
 */
export const jsonColumn = (json: Json | readonly Json[]) => ({
  toJSON: () => ({ $type: 'Json', value: writeJson(json) }),
});

/** The same for a nullable column: null is SQL's null, not JSON's. */
const nullableJsonColumn = (json: Json) => (json === null ? Prisma.DbNull : jsonColumn(json));

type JsonColumn<Value> = null extends Value ? ReturnType<typeof nullableJsonColumn> : ReturnType<typeof jsonColumn>;

/** Returns the columns with the values of `keys` as JSON columns. Absent columns stay absent. */
export function withJsonColumns<Columns extends object, Key extends keyof Columns>(
  columns: Columns,
  keys: readonly Key[],
): { [Name in keyof Columns]: Name extends Key ? JsonColumn<Columns[Name]> : Columns[Name] } {
  const converted = { ...columns } as { [Name in keyof Columns]: unknown };
  for (const key of keys) if (key in columns) converted[key] = nullableJsonColumn(columns[key] as Json);
  return converted as ReturnType<typeof withJsonColumns<Columns, Key>>; // `keys` were converted.
}
