import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement, type Transaction } from '../connection/database.ts';
import { timeText } from '../query/columnTypes.ts';

// There is no counter of slots that could go wrong: what is taken is counted, with the limit locked. Whoever takes a slot
// locks first; slots that are given back, expire, or are deleted with their run only make room, and need no lock.

/** A limit whose row is locked, with the slots of it that count now. */
export interface LockedLimit {
  id: string;
  name: string;
  limit: number;
  /** How many slots those hold that were not named. */
  others: number;
  /** The slots of the runs that were named. */
  own: string[];
}

const LOCK = statement(
  'concurrencyLimits.lock',
  `select id, name, "limit" from concurrency_limit where id = any($1::uuid[]) and active order by id for no key update`,
);

// After the lock, as a statement of its own: it sees what was committed while the lock was waited for. All of them ask the
// database's clock under the lock, so that no two processes disagree about what has expired.
const TAKEN = statement(
  'concurrencySlots.taken',
  `select s.concurrency_limit_id as id, count(*) filter (where not s.named) as others,
     coalesce(jsonb_agg(s.id) filter (where s.named), '[]') as own
   from (
     select c.*, coalesce(c.flow_run_id, c.task_run_id) = any($2::uuid[]) as named from concurrency_slot c
     where c.concurrency_limit_id = any($1::uuid[]) and (c.expires is null or c.expires > clock_timestamp())
   ) s group by s.concurrency_limit_id`,
);

/** Locks limits in the order of their ids until the transaction ends, in one trip; those that are not active are not there. */
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

// A slot that is there is kept for longer; one that was just cleaned away because it expired meanwhile is taken again.
const TAKE = statement(
  'concurrencySlots.take',
  `insert into concurrency_slot (id, concurrency_limit_id, flow_run_id, task_run_id, expires)
   select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[])
   on conflict (id) do update set expires = excluded.expires`,
);

/** Sends slots to be written under limits that are locked. */
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

// In the order of their ids, as everywhere, so that two that give back the same slots do not wait in a circle.
const RELEASE = statement(
  'concurrencySlots.release',
  `delete from concurrency_slot where id in
     (select id from concurrency_slot where id = any($1::uuid[]) order by id for update)`,
);

export function releaseSlots(transaction: Transaction, slotIds: readonly string[]): void {
  transaction.send(RELEASE, [slotIds]);
}

// concurrency_slot_expires_idx. Slots that somebody else is at are left to them.
const FORGET = statement(
  'concurrencySlots.forgetExpired',
  `delete from concurrency_slot where id in (
     select id from concurrency_slot where expires <= clock_timestamp() order by expires, id limit $1
     for update skip locked
   ) returning id`,
);

/** Deletes slots whose leases have expired, at most so many, and says how many there were. */
export const forgetExpiredSlots = async (database: Queryable, atMost: number): Promise<number> =>
  (await database.query(FORGET, [atMost])).length;
