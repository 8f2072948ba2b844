import { sql } from 'kysely';
import type { ConcurrencySlot } from '../../core/concurrency/concurrency.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { type ColumnTypes, TIME, UUID } from '../query/columnTypes.ts';
import type { ListRows } from '../query/listRows.ts';
import { readChildCounts } from '../query/readCounts.ts';
import { readChildPages } from '../query/readPages.ts';
import { selectList } from '../query/selectList.ts';
import { columnKey, type Order, type Source } from '../query/source.ts';

const CONCURRENCY_SLOT: ColumnTypes<ConcurrencySlot> = {
  id: UUID,
  created: TIME,
  concurrencyLimitId: UUID,
  flowRunId: UUID,
  taskRunId: UUID,
  expires: TIME,
};
const concurrencySlotColumns = selectList(CONCURRENCY_SLOT);

const CONCURRENCY_SLOTS: Source<ConcurrencySlot, ConcurrencySlot> = {
  name: 'concurrencySlots',
  table: 'concurrency_slot',
  ofTenant: 'exists (select from concurrency_limit l where l.id = x.concurrency_limit_id and l.tenant_id = $2)',
  columns: concurrencySlotColumns,
  wide: [],
  fromRow: (row) => row,
};

/** A slot whose lease has expired does not count, even if it is not yet deleted. */
const COUNTS: ListRows = {
  shape: 'counts',
  values: [],
  sql: () => sql`(x.expires is null or x.expires > clock_timestamp())`,
};

const FIRST_TAKEN: Order<ConcurrencySlot> = {
  keys: [columnKey('created', 'time'), columnKey('id', 'uuid')],
  descending: false,
};

/** Returns a page of the slots of each limit that count now, in the order in which they were taken. */
export const concurrencySlotsOf = (
  database: Queryable,
  limitIds: readonly string[],
  page: PageRequest,
): Promise<Map<string, Page<ConcurrencySlot>>> =>
  readChildPages(database, CONCURRENCY_SLOTS, limitIds, {
    list: (id) => `concurrencySlots:${id}`,
    rows: COUNTS,
    order: FIRST_TAKEN,
    page,
    parent: 'concurrencyLimitId',
    parentOf: ({ concurrencyLimitId }) => concurrencyLimitId,
  });

export const concurrencySlotCountsOf = (
  database: Queryable,
  limitIds: readonly string[],
  atMost: number,
): Promise<Map<string, number>> =>
  readChildCounts(database, CONCURRENCY_SLOTS, limitIds, 'concurrencyLimitId', COUNTS, atMost);

// The limit is locked first, as for taking a slot, so that no run takes the place while the lease is renewed.
const LOCK_LIMIT = statement(
  'concurrencySlots.lockLimit',
  `select l.id from concurrency_limit l
   where l.id = (select s.concurrency_limit_id from concurrency_slot s where s.id = $1) and l.tenant_id = $2
   for no key update`,
);
const RENEW = statement(
  'concurrencySlots.renew',
  `update concurrency_slot
   set expires = case when expires is not null then clock_timestamp() + $2::int * interval '1 second' end
   where id = $1 and (expires is null or expires > clock_timestamp()) returning ${concurrencySlotColumns('concurrency_slot')}`,
);

/** Renews the lease of a slot from now. Returns the slot, or null if there is none or its lease has expired. */
export async function renewSlot(
  transaction: Queryable,
  tenantId: string,
  { leaseId, seconds }: { leaseId: string; seconds: number },
): Promise<ConcurrencySlot | null> {
  const [limit] = await transaction.query(LOCK_LIMIT, [leaseId, tenantId]);
  if (!limit) return null;
  const [slot] = await transaction.query<ConcurrencySlot>(RENEW, [leaseId, seconds]);
  return slot ?? null;
}
