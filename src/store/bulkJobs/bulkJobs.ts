import { sql } from 'kysely';
import type { BulkJob, BulkRequest, StateTypeCount } from '../../core/bulkJobs/bulkJob.ts';
import type { Filter } from '../../core/filters/filter.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { rowsWith, tenantRows } from '../query/listRows.ts';
import { readById } from '../query/readById.ts';
import { readCount } from '../query/readCounts.ts';
import { TAGS_SHAPE } from '../query/readFilter.ts';
import { readPage } from '../query/readPages.ts';
import { runStatement } from '../query/runStatement.ts';
import { columnKey, type Order, type Source } from '../query/source.ts';
import { tenantWhere } from '../query/tenantWhere.ts';

const BULK_JOBS: Source<BulkJob, BulkJob> = {
  name: 'bulkJobs',
  table: 'bulk_job',
  ofTenant: 'x.tenant_id = $2',
  columns: (x) => `${x}.id, ${x}.created, ${x}.kind, ${x}.total, ${x}.ended, ${x}.outcome_counts as "outcomeCounts"`,
  wide: [],
  fromRow: (row) => row,
};

const NEWEST_FIRST: Order<BulkJob> = { keys: [columnKey('id', 'uuid')], descending: true };

export const bulkJobsById = readById(BULK_JOBS);

/** Returns a tenant's jobs, newest first. */
export const bulkJobPage = (database: Queryable, tenantId: string, page: PageRequest): Promise<Page<BulkJob>> =>
  readPage(database, BULK_JOBS, { list: 'bulkJobs', rows: ofTenant(tenantId), order: NEWEST_FIRST, page });

export const bulkJobCount = (database: Queryable, tenantId: string, atMost: number): Promise<number> =>
  readCount(database, BULK_JOBS, ofTenant(tenantId), atMost);

const ofTenant = (tenantId: string) => rowsWith('tenant_id', tenantId);

export interface NewBulkJob {
  id: string;
  tenantId: string;
  filter: Filter;
  request: BulkRequest;
}

// For filters by tags. A job reads every run that matches. Right after many runs with a tag were created, PostgreSQL still expects
// one run with it, and would loop over all of them for each: 1.8 s for 3,000 runs, instead of 30 ms.
const WITHOUT_NESTED_LOOPS = statement('bulkJobs.plans', 'set local enable_nestloop = off');
const WITH_NESTED_LOOPS = statement('bulkJobs.plansEnd', 'set local enable_nestloop = on');

/**
 * Creates a job with the tenant's flow runs that match the filter now, and counts them by the type of their state. One
 * statement selects them: no run is missed or selected twice while other transactions write, and no ids are
 * transferred.
 */
export async function insertBulkJob(
  transaction: Queryable,
  { id, tenantId, filter, request: { kind, ...request } }: NewBulkJob,
): Promise<StateTypeCount[]> {
  const { shape, values, sql: matches } = tenantRows('flowRun', tenantId, filter);
  const looksUpTags = shape.includes(TAGS_SHAPE);
  const [, counts] = await Promise.all([
    looksUpTags && transaction.query(WITHOUT_NESTED_LOOPS),
    runStatement<StateTypeCount>(
      transaction,
      'bulkJobs.insert',
      sql`
      with chosen as materialized (
        select x.id, x.state_type, row_number() over (order by x.id) as number
        from flow_run x where ${matches(values)}
      ), job as (
        insert into bulk_job (id, tenant_id, kind, request, total, ended)
        select ${id}::uuid, ${tenantId}::uuid, ${kind}::bulk_job_kind, ${writeJson(request)}::jsonb, count(*),
          case when count(*) = 0 then clock_timestamp() end
        from chosen
      ), items as (
        insert into bulk_job_item (bulk_job_id, number, flow_run_id) select ${id}::uuid, number, id from chosen
      )
      select state_type as "stateType", count(*) as count from chosen group by state_type order by state_type`,
    ),
    looksUpTags && transaction.query(WITH_NESTED_LOOPS),
  ]);
  return counts;
}

/** Counts the flow runs that match a filter, by the type of their state. */
export const flowRunCountsByState = (
  database: Queryable,
  tenantId: string,
  filter: Filter,
): Promise<StateTypeCount[]> =>
  runStatement(
    database,
    'flowRuns.countByState',
    sql`select x.state_type as "stateType", count(*) as count from flow_run x
        where ${tenantWhere('flowRun', tenantId, filter)} group by x.state_type order by x.state_type`,
  );

/** A job as its workers see it. */
export interface BulkTask {
  id: string;
  tenantId: string;
  request: BulkRequest;
}

const TASK = statement(
  'bulkJobs.task',
  `select id, tenant_id as "tenantId", request || jsonb_build_object('kind', kind) as request
   from bulk_job where id = $1 and ended is null`,
);

/** Returns the task of a job; null if the job does not exist or is complete. */
export const bulkTask = async (database: Queryable, id: string): Promise<BulkTask | null> =>
  (await database.query<BulkTask>(TASK, [id]))[0] ?? null;

const UNFINISHED = statement('bulkJobs.unfinished', 'select id from bulk_job where ended is null order by id limit $1');

/** Returns the oldest unfinished jobs of all tenants. */
export const unfinishedBulkJobs = async (database: Queryable, limit: number): Promise<string[]> =>
  (await database.query<{ id: string }>(UNFINISHED, [limit])).map(({ id }) => id);

const PROGRESS = statement(
  'bulkJobs.progress',
  `select ${BULK_JOBS.columns('x')} from bulk_job x where x.id = any($1)`,
);

/** Returns the current state of jobs, of all tenants. */
export const bulkJobProgress = (database: Queryable, ids: readonly string[]): Promise<BulkJob[]> =>
  database.query(PROGRESS, [ids]);

// In two steps, because a job may have a million items, and a statement that deletes them all takes too long.
const FORGET_ITEMS = statement(
  'bulkJobItems.forget',
  `delete from bulk_job_item where (bulk_job_id, number) in (
     select i.bulk_job_id, i.number from bulk_job j join bulk_job_item i on i.bulk_job_id = j.id
     where j.ended < clock_timestamp() - make_interval(secs => $1) limit $2
   ) returning number`,
);
const FORGET_JOBS = statement(
  'bulkJobs.forget',
  `delete from bulk_job j where j.ended < clock_timestamp() - make_interval(secs => $1)
     and not exists (select from bulk_job_item i where i.bulk_job_id = j.id)`,
);

/**
 * Deletes jobs that ended this many seconds ago, at most `limit` of their outcomes per call. Returns how many were
 * deleted.
 */
export async function forgetBulkJobs(database: Queryable, olderThanSeconds: number, limit: number): Promise<number> {
  const { length } = await database.query(FORGET_ITEMS, [olderThanSeconds, limit]);
  await database.query(FORGET_JOBS, [olderThanSeconds]);
  return length;
}
