import { sql } from 'kysely';
import type { BulkJobOutcome, BulkOutcome } from '../../core/bulkJobs/bulkJob.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { type ListRows, rowsWith } from '../query/listRows.ts';
import { readChildCounts } from '../query/readCounts.ts';
import { readChildPages } from '../query/readPages.ts';
import { columnKey, type Order, type Source } from '../query/source.ts';

export interface BulkItem {
  number: number;
  flowRunId: string;
}

// Runs are numbered in the order of their ids, so taken runs are locked in the same order as everywhere. Runs that
// another process has locked are skipped. `after` is the end of the last batch: the index keeps the entries of finished
// runs until the next vacuum, and this avoids reading them each time.
const TAKE = statement(
  'bulkJobItems.take',
  `select number, flow_run_id as "flowRunId" from bulk_job_item
   where bulk_job_id = $1 and number > $2 and outcome is null order by number limit $3 for update skip locked`,
);

/** Takes the next runs of a job that have no outcome, and locks them until the transaction ends. */
export const takeBulkItems = (
  transaction: Queryable,
  bulkJobId: string,
  after: number,
  limit: number,
): Promise<BulkItem[]> => transaction.query(TAKE, [bulkJobId, after, limit]);

const WRITE_OUTCOMES = statement(
  'bulkJobItems.settle',
  `update bulk_job_item i set outcome = u.outcome, reason = u.reason
   from unnest($2::int[], $3::text[], $4::text[]) as u(number, outcome, reason)
   where i.bulk_job_id = $1 and i.number = u.number`,
);

// A batch locks the job's row last and only until its commit, so that batches of two processes rarely wait for each
// other.
const COUNT_OUTCOMES = statement(
  'bulkJobs.settle',
  `update bulk_job j set updated = now(),
     outcome_counts = (
       select jsonb_object_agg(outcome, count) from (
         select outcome, sum(count) as count from (
           select key as outcome, value::bigint as count from jsonb_each_text(j.outcome_counts)
           union all select * from unnest($2::text[], $3::bigint[])
         ) counts group by outcome
       ) sums
     ),
     ended = case when j.total = $4::bigint + (
       select coalesce(sum(value::bigint), 0) from jsonb_each_text(j.outcome_counts)
     ) then clock_timestamp() end
   where j.id = $1 returning ended is not null as "isEnded"`,
);

export type SettledItem = Pick<BulkJobOutcome, 'number' | 'outcome' | 'reason'>;

/** Writes the outcomes of items that this transaction has taken. Returns whether the job has ended. */
export async function settleBulkItems(
  transaction: Queryable,
  bulkJobId: string,
  settled: readonly SettledItem[],
): Promise<boolean> {
  const counts = new Map<BulkOutcome, number>();
  for (const { outcome } of settled) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const [, [job]] = await Promise.all([
    transaction.query(WRITE_OUTCOMES, [
      bulkJobId,
      settled.map(({ number }) => number),
      settled.map(({ outcome }) => outcome),
      settled.map(({ reason }) => reason),
    ]),
    transaction.query<{ isEnded: boolean }>(COUNT_OUTCOMES, [
      bulkJobId,
      [...counts.keys()],
      [...counts.values()],
      settled.length,
    ]),
  ]);
  return job?.isEnded ?? true;
}

const BULK_JOB_ITEMS: Source<BulkJobOutcome, BulkJobOutcome> = {
  name: 'bulkJobItems',
  table: 'bulk_job_item',
  ofTenant: 'exists (select from bulk_job j where j.id = x.bulk_job_id and j.tenant_id = $2)',
  columns: (x) =>
    `${x}.bulk_job_id as "bulkJobId", ${x}.number, ${x}.flow_run_id as "flowRunId", ${x}.outcome, ${x}.reason`,
  wide: [],
  fromRow: (row) => row,
};

const BY_NUMBER: Order<BulkJobOutcome> = { keys: [columnKey('number', 'int')], descending: false };

/** Only items with this outcome; null for all. */
const settledTo = (outcome: BulkOutcome | null): ListRows =>
  outcome === null ? SETTLED : rowsWith('outcome', outcome);
const SETTLED: ListRows = { shape: 'settled', values: [], sql: () => sql`x.outcome is not null` };

/** Returns the outcomes of jobs' runs so far, in the order of the runs' ids. */
export const bulkJobOutcomesOf = (
  database: Queryable,
  bulkJobIds: readonly string[],
  outcome: BulkOutcome | null,
  page: PageRequest,
): Promise<Map<string, Page<BulkJobOutcome>>> =>
  readChildPages(database, BULK_JOB_ITEMS, bulkJobIds, {
    list: (id) => `bulkJobOutcomes:${id}`,
    rows: settledTo(outcome),
    order: BY_NUMBER,
    page,
    parent: 'bulkJobId',
    parentOf: ({ bulkJobId }) => bulkJobId,
  });

export const bulkJobOutcomeCountsOf = (
  database: Queryable,
  bulkJobIds: readonly string[],
  outcome: BulkOutcome | null,
  atMost: number,
): Promise<Map<string, number>> =>
  readChildCounts(database, BULK_JOB_ITEMS, bulkJobIds, 'bulkJobId', settledTo(outcome), atMost);
