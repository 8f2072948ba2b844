import { createHash } from 'node:crypto';
import type { State } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement, type Transaction } from '../connection/database.ts';
import { type StateRow, stateFromRow, taskRunStateColumns } from '../query/rows.ts';
import { timeText } from '../runs/runArrays.ts';

// A row of an index holds 2,700 bytes; a key of 2,000 characters may be longer. So what the table holds of a key is its hash.
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
  const rows = await transaction.query<StateRow & { key: string }>(NEWEST, [
    wanted.map(({ tenantId }) => tenantId),
    wanted.map(({ cacheKey }) => hashOf(cacheKey)),
  ]);
  return new Map(rows.map((row) => [row.key, stateFromRow(row)]));
}

const INSERT = statement(
  'taskRunStateCache.insert',
  `insert into task_run_state_cache (id, tenant_id, cache_key, cache_expiration, task_run_state_id)
   select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::uuid[])`,
);

export interface CacheEntry {
  id: string;
  tenantId: string;
  cacheKey: string;
  cacheExpiration: Instant | null;
  stateId: string;
}

export function insertCacheEntries(transaction: Transaction, entries: readonly CacheEntry[]): void {
  transaction.send(INSERT, [
    entries.map(({ id }) => id),
    entries.map(({ tenantId }) => tenantId),
    entries.map(({ cacheKey }) => hashOf(cacheKey)),
    entries.map(({ cacheExpiration }) => timeText(cacheExpiration)),
    entries.map(({ stateId }) => stateId),
  ]);
}
