import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement, type Transaction } from '../connection/database.ts';
import { timeText } from '../query/columnTypes.ts';

// Slots are rows, and no counter can diverge from them. Taking a slot locks the limit and counts. Slots that are
// released, expire, or are deleted with their run need no lock, because they only free places.

/** A limit whose row is locked, with its slots that count now. */
export interface LockedLimit {
  id: string;
  name: string;
  limit: number;
  /** How many slots other runs than the named ones hold. */
  others: number;
  /** The slots of the named runs. */
  own: string[];
}

const LOCK = statement(
  'concurrencyLimits.lock',
  `select id, name, "limit" from concurrency_limit where id = any($1::uuid[]) and active order by id for no key update`,
);

// A separate statement after the lock sees what was committed while it waited. It uses the database's clock, so that
// all processes agree on which slots have expired.
const TAKEN = statement(
  'concurrencySlots.taken',
  `select s.concurrency_limit_id as id, count(*) filter (where not s.named) as others,
     coalesce(jsonb_agg(s.id) filter (where s.named), '[]') as own
   from (
     select c.*, coalesce(c.flow_run_id, c.task_run_id) = any($2::uuid[]) as named from concurrency_slot c
     where c.concurrency_limit_id = any($1::uuid[]) and (c.expires is null or c.expires > clock_timestamp())
   ) s group by s.concurrency_limit_id`,
);

/**
 * Locks the active ones of these limits, by id, until the transaction ends, in one round trip. Returns them by their
 * ids.
 */
export async function lockLimits(
  transaction: Queryable,
  limitIds: readonly string[],
  runIds: readonly string[],
): Promise<Map<string, LockedLimit>> {
  const [limits, taken] = await Promise.all([
    transaction.query<Pick<LockedLimit, 'id' | 'name' | 'limit'>>(LOCK, [limitIds]),
    transaction.query<Pick<LockedLimit, 'id' | 'others' | 'own'>>(TAKEN, [limitIds, runIds]),
  ]);
  const counts = new Map(taken.map((row) => [row.id, row]));
  return new Map(limits.map((limit) => [limit.id, { others: 0, own: [], ...counts.get(limit.id), ...limit }]));
}

export interface TakenSlot {
  id: string;
  limitId: string;
  holder: 'flow_run' | 'task_run';
  runId: string;
  expires: Instant | null;
}

// An existing slot gets the later expiry. A slot that expired and was deleted meanwhile is inserted again.
const TAKE = statement(
  'concurrencySlots.take',
  `insert into concurrency_slot (id, concurrency_limit_id, flow_run_id, task_run_id, expires)
   select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[])
   on conflict (id) do update set expires = excluded.expires`,
);

/** Sends slots of locked limits to be written. */
export function takeSlots(transaction: Transaction, slots: readonly TakenSlot[]): void {
  const runsOf = (kind: TakenSlot['holder']) => slots.map(({ holder, runId }) => (holder === kind ? runId : null));
  transaction.send(TAKE, [
    slots.map(({ id }) => id),
    slots.map(({ limitId }) => limitId),
    runsOf('flow_run'),
    runsOf('task_run'),
    slots.map(({ expires }) => timeText(expires)),
  ]);
}

// By id, so that two transactions that release the same slots do not deadlock.
const RELEASE = statement(
  'concurrencySlots.release',
  `delete from concurrency_slot where id in
     (select id from concurrency_slot where id = any($1::uuid[]) order by id for update)`,
);

export function releaseSlots(transaction: Transaction, slotIds: readonly string[]): void {
  transaction.send(RELEASE, [slotIds]);
}

// By id, as above.
const EMPTY = statement(
  'concurrencySlots.releaseAll',
  `delete from concurrency_slot where id in
     (select id from concurrency_slot where concurrency_limit_id = $1 order by id for update)
   returning expires is null or expires > clock_timestamp() as counted`,
);

/** Releases all slots of a limit. Returns how many of them counted. */
export async function releaseAllSlots(transaction: Queryable, limitId: string): Promise<number> {
  const rows = await transaction.query<{ counted: boolean }>(EMPTY, [limitId]);
  return rows.filter(({ counted }) => counted).length;
}

// Uses concurrency_slot_expires_idx. Slots that another transaction has locked are skipped.
const FORGET = statement(
  'concurrencySlots.forgetExpired',
  `delete from concurrency_slot where id in (
     select id from concurrency_slot where expires <= clock_timestamp() order by expires, id limit $1
     for update skip locked
   ) returning id`,
);

/** Deletes at most this many slots with expired leases. Returns how many. */
export const forgetExpiredSlots = async (database: Queryable, atMost: number): Promise<number> =>
  (await database.query(FORGET, [atMost])).length;
