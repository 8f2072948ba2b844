import DataLoader from 'dataloader';
import { Problem } from '../core/values/problem.ts';
import { isUuid } from '../core/values/uuid.ts';
import type { Pace } from './pace.ts';

/** Loads rows by id; null if there is no such row. All requests of one tick are one call of `read`. */
export const byId = <Row extends { id: string }>(
  pace: Pace,
  read: (ids: readonly string[]) => Promise<Row[]>,
): DataLoader<string, Row | null> =>
  new DataLoader<string, Row | null>(
    async (keys) => {
      const ids = keys.map((key) => key.toLowerCase());
      // One invalid id would make the statement fail for all.
      const rows = await read(ids.filter(isUuid));
      const found = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) =>
        isUuid(id) ? (found.get(id) ?? null) : new Problem('BAD_USER_INPUT', 'An id must be a UUID.'),
      );
    },
    { cacheKeyFn: (id) => id.toLowerCase(), batchScheduleFn: pace.schedule },
  );
