import { createHash } from 'node:crypto';
import type { State } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement, type Transaction } from '../connection/database.ts';
import { TEXT, TIME, UUID } from '../query/columnTypes.ts';
import { arrayValues, column, insertMany, type WrittenColumn } from '../query/writtenColumns.ts';
import { type StoredState, stateFromRow, taskRunStateColumns } from '../runs/stateRows.ts';

// An index row holds at most 2,700 bytes, and a key of 2,000 characters may be longer. So the table stores the key's hash.
const hashOf = (cacheKey: string) => createHash('sha256').update(cacheKey).digest('hex');

const NEWEST = statement(
  'taskRunStateCache.newest',
  `select k.tenant_id || ' ' || k.cache_key as key, ${taskRunStateColumns('s')}
   from unnest($1::uuid[], $2::text[]) as k(tenant_id, cache_key)
   cross join lateral (
     select c.task_run_state_id from task_run_state_cache c
     where c.tenant_id = k.tenant_id and c.cache_key = k.cache_key
       and (c.cache_expiration is null or c.cache_expiration > clock_timestamp())
     order by c.id desc limit 1
   ) newest
   join task_run_state s on s.id = newest.task_run_state_id`,
);

export const cacheEntryKey = (tenantId: string, cacheKey: string) => `${tenantId} ${hashOf(cacheKey)}`;

/** The newest completed state of each cache key that has not expired, by `cacheEntryKey`. */
export async function cachedStates(
  transaction: Queryable,
  wanted: readonly { tenantId: string; cacheKey: string }[],
): Promise<Map<string, State>> {
  const rows = await transaction.query<StoredState<State> & { key: string }>(NEWEST, [
    wanted.map(({ tenantId }) => tenantId),
    wanted.map(({ cacheKey }) => hashOf(cacheKey)),
  ]);
  return new Map(rows.map((row) => [row.key, stateFromRow(row)]));
}

/** A completed state that task runs with its cache key may reuse. */
export interface CacheEntry {
  id: string;
  tenantId: string;
  cacheKey: string;
  cacheExpiration: Instant | null;
  stateId: string;
}

const COLUMNS: readonly WrittenColumn<CacheEntry>[] = [
  column('id', UUID, ({ id }) => id),
  column('tenant_id', UUID, ({ tenantId }) => tenantId),
  column('cache_key', TEXT, ({ cacheKey }) => hashOf(cacheKey)),
  column('cache_expiration', TIME, ({ cacheExpiration }) => cacheExpiration),
  column('task_run_state_id', UUID, ({ stateId }) => stateId),
];
const INSERT = statement('taskRunStateCache.insert', insertMany('task_run_state_cache', COLUMNS));

/** Sends cache entries to be written. */
export function insertCacheEntries(transaction: Transaction, entries: readonly CacheEntry[]): void {
  transaction.send(INSERT, arrayValues(COLUMNS, entries));
}
