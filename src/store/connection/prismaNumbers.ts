import { ColumnTypeEnum, type SqlQueryable } from '@prisma/driver-adapter-utils';
import { ExactNumber } from '../../core/values/exactNumber.ts';
import { mayChange, readJson } from '../../core/values/readJson.ts';

// Prisma's client parses JSON columns with JSON.parse. So its adapter marks the numbers that this would change, and the
// result of the client gets the exact numbers. The mark begins with a NUL, which PostgreSQL stores in no text.

/** Marks the exact numbers in the JSON columns of all rows that the adapter reads. */
export function markNumbers<Adapter extends Pick<SqlQueryable, 'queryRaw'>>(adapter: Adapter): Adapter {
  const query = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (asked) => {
    const result = await query(asked);
    for (const [column, type] of result.columnTypes.entries())
      if (type === ColumnTypeEnum.Json)
        for (const row of result.rows) {
          const text = row[column];
          if (typeof text === 'string' && mayChange(text)) row[column] = JSON.stringify(readJson(text));
        }
    return result;
  };
  return adapter;
}

/** Replaces the marks in a result, in place. */
export function unmarkNumbers<Result>(result: Result): Result {
  if (typeof result !== 'object' || result === null || result instanceof Date) return result;
  const members = result as { [key: string]: unknown }; // or a list, which has its indices as keys
  for (const [key, member] of Object.entries(members)) {
    if (typeof member === 'string' && member.startsWith('\0')) members[key] = new ExactNumber(member.slice(1));
    else unmarkNumbers(member);
  }
  return result;
}
