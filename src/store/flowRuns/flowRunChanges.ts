import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Filter } from '../../core/filters/filter.ts';
import type { StateType } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { filterSql } from '../query/compileFilter.ts';
import { readFilter } from '../query/readFilter.ts';
import { runStatement } from '../query/runStatement.ts';
import { tenantWhere } from '../query/tenantWhere.ts';
import { type FlowRunRow, flowRunColumns, flowRunFromRow } from './flowRunRows.ts';
import type { LeanFlowRun } from './flowRuns.ts';

// Every flow run has the number of the transaction that last changed it, and so does the record of a deleted run. The horizon
// is the lowest number of a transaction that may still be open: all transactions below it have ended.
// docs/decisions/0008-changes-over-many-runs.md gives the reasons.

/** A position in the order of changes: by transaction, then by run. Transaction numbers stay far below 2^53. */
export interface ChangePlace {
  transaction: number;
  id: string;
}

const NO_ID = '00000000-0000-0000-0000-000000000000';
/** The position before the first change of a transaction. */
export const beforeTransaction = (transaction: number): ChangePlace => ({ transaction, id: NO_ID });

/** A changed flow run in its newest version; null if it does not match the filter, or was deleted. */
export interface ChangedFlowRun {
  place: ChangePlace;
  run: LeanFlowRun | null;
}

export interface Changes {
  changes: ChangedFlowRun[];
  /** Whether these are all changes up to the requested end. */
  complete: boolean;
  horizon: number;
  /** The database's clock. */
  now: Instant;
}

const HORIZON = sql`pg_snapshot_xmin(pg_current_snapshot())`;
const number = (transaction: RawBuilder<unknown>) => sql`${transaction}::text::int8`;
const WIDE = ['parameters', 'context', 'jobVariables'];

/**
 * Reads the changed flow runs of a tenant, in the order of their changes, each run once.
 * @param after the position after which to read
 * @param below the transaction before which to stop; null for the horizon
 */
export async function flowRunChangesAfter(
  database: Queryable,
  tenantId: string,
  filter: Filter,
  { after, below = null, limit }: { after: ChangePlace; below?: number | null; limit: number },
): Promise<Changes> {
  const end = below === null ? HORIZON : sql`${below}::xid8`;
  const changed = (table: RawBuilder<unknown>, id: RawBuilder<unknown>, matches: RawBuilder<SqlBool>) => sql`
    (select x.changed, ${id} as id, ${matches} as matches from ${table} as x
     where x.tenant_id = ${tenantId} and x.changed < ${end}
       and (x.changed, ${id}) > (${after.transaction}::xid8, ${after.id}::uuid)
     order by x.changed, ${id} limit ${limit + 1}::bigint)`;
  const tested = readFilter(filter, { table: 'flowRun', finds: false });
  const matches = sql<SqlBool>`${filterSql(tested, 'x', { tenantId, values: tested.values })} is true`;
  const rows = await runStatement<ChangeRow>(
    database,
    'flowRunChanges.after',
    sql`
      with found as materialized (
        select * from (
          ${changed(sql`flow_run`, sql`x.id`, matches)}
          union all
          ${changed(sql`flow_run_deletion`, sql`x.flow_run_id`, sql`false`)}
        ) either order by changed, id limit ${limit + 1}::bigint
      )
      select ${number(HORIZON)} as "horizon", now() as "now",
        ${number(sql`found.changed`)} as "changedBy", found.id as "changedId", found.matches, ${sql.raw(flowRunColumns('x', WIDE))}
      from (select) as always left join found on true
      -- One look-up by id for each row: a page is small, even if outdated statistics say otherwise.
      left join lateral (select * from flow_run one where found.matches and one.id = found.id offset 0) x on true
      order by found.changed, found.id`,
  );
  const [{ horizon, now } = { horizon: 0, now: 0 }] = rows;
  const changes = rows.flatMap(({ horizon: _, now: __, changedBy, changedId, matches: isMatch, ...raw }) =>
    changedBy === null || changedId === null
      ? []
      : [{ place: { transaction: changedBy, id: changedId }, run: isMatch ? flowRunFromRow(raw) : null }],
  );
  return { changes: changes.slice(0, limit), complete: changes.length <= limit, horizon, now };
}

/** If nothing changed, there is one row, with `changedBy` and `changedId` null. */
type ChangeRow = FlowRunRow & {
  horizon: number;
  now: Instant;
  changedBy: number | null;
  changedId: string | null;
  matches: boolean | null;
};

/** The ids of the matching runs, null if there are more than `atMost`, and the horizon from which to read on. */
export async function matchingFlowRunIds(
  database: Queryable,
  tenantId: string,
  filter: Filter,
  atMost: number,
): Promise<{ ids: string[] | null; horizon: number; now: Instant; databaseId: number }> {
  const [row] = await runStatement<{ ids: string[]; horizon: number; now: Instant; databaseId: number }>(
    database,
    'flowRunChanges.matching',
    sql`
      select ${number(HORIZON)} as "horizon", now() as "now",
        (select oid::int8 from pg_database where datname = current_database()) as "databaseId",
        array(select x.id::text from flow_run x where ${tenantWhere('flowRun', tenantId, filter)}
              limit ${atMost + 1}::bigint) as "ids"`,
  );
  if (!row) throw new Error('a select without a table returned no row');
  return { ...row, ids: row.ids.length > atMost ? null : row.ids };
}

const CHANGED_SINCE = statement(
  'flowRunChanges.changedSince',
  `select id from (
     (select id from flow_run where tenant_id = $1 and changed >= $2::xid8 limit $3)
     union all
     (select flow_run_id from flow_run_deletion where tenant_id = $1 and changed >= $2::xid8 limit $3)
   ) changed limit $3`,
);

/** The runs that this or a later transaction changed, including those beyond the horizon; null if more than `atMost`. */
export async function flowRunsChangedSince(
  database: Queryable,
  tenantId: string,
  transaction: number,
  atMost: number,
): Promise<string[] | null> {
  const rows = await database.query<{ id: string }>(CHANGED_SINCE, [tenantId, transaction, atMost + 1]);
  return rows.length > atMost ? null : rows.map(({ id }) => id);
}

// Rows that were restored from another server may have numbers that this server has not assigned yet; they are not heads.
const newestIn = (table: string) => `(
  select changed from ${table}
  where tenant_id = tenant.id and changed < pg_snapshot_xmax(pg_current_snapshot()) order by changed desc limit 1)`;
const HEADS = statement(
  'flowRunChanges.heads',
  `select tenant.id as "tenantId", pg_snapshot_xmin(pg_current_snapshot())::text::int8 as horizon,
     coalesce(greatest(${newestIn('flow_run')}, ${newestIn('flow_run_deletion')})::text::int8, 0) as newest
   from unnest($1::uuid[]) as tenant (id)`,
);

export interface ChangesHead {
  horizon: number;
  /** The newest committed transaction that changed a flow run of the tenant. It may be beyond the horizon. */
  newest: number;
}

/** Reads the newest change of each tenant, with one statement. */
export async function flowRunChangesHeads(
  database: Queryable,
  tenantIds: readonly string[],
): Promise<Map<string, ChangesHead>> {
  const rows = await database.query<ChangesHead & { tenantId: string }>(HEADS, [tenantIds]);
  return new Map(rows.map(({ tenantId, ...head }) => [tenantId, head]));
}

/** Counts the matching flow runs by state type. Counting stops at `atMost` runs in total. */
export async function flowRunCountsByStateType(
  database: Queryable,
  tenantId: string,
  filter: Filter,
  atMost: number,
): Promise<Map<StateType, number>> {
  const rows = await runStatement<{ type: StateType; count: number }>(
    database,
    'flowRunChanges.counts',
    sql`
      select "type", count(*) as "count" from (
        select x.state_type as "type" from flow_run x where ${tenantWhere('flowRun', tenantId, filter)}
        limit ${atMost}::bigint
      ) counted group by "type"`,
  );
  return new Map(rows.map(({ type, count }) => [type, count]));
}

const FORGET_DELETIONS = statement(
  'flowRunChanges.forgetDeletions',
  `delete from flow_run_deletion d using (
     select flow_run_id from flow_run_deletion
     where created < clock_timestamp() - make_interval(secs => $1) order by created limit $2
     for update skip locked
   ) old where d.flow_run_id = old.flow_run_id returning d.flow_run_id`,
);

/** Deletes at most `limit` records of deleted flow runs that are older than this many seconds, and returns how many. */
export async function forgetDeletions(database: Queryable, olderThanSeconds: number, limit: number): Promise<number> {
  return (await database.query(FORGET_DELETIONS, [olderThanSeconds, limit])).length;
}
