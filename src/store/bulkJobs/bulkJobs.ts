import { sql } from 'kysely';
import type { BulkJob, BulkRequest, StateTypeCount } from '../../core/bulkJobs/bulkJob.ts';
import type { Filter } from '../../core/filters/filter.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { readById } from '../query/readById.ts';
import { readCount } from '../query/readCounts.ts';
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

/** The jobs of a tenant, newest first. */
export const bulkJobPage = (database: Queryable, tenantId: string, page: PageRequest): Promise<Page<BulkJob>> =>
  readPage(database, BULK_JOBS, { list: 'bulkJobs', where: ofTenant(tenantId), order: NEWEST_FIRST, page });

export const bulkJobCount = (database: Queryable, tenantId: string, atMost: number): Promise<number> =>
  readCount(database, BULK_JOBS, ofTenant(tenantId), atMost);

const ofTenant = (tenantId: string) => sql<boolean>`x.tenant_id = ${tenantId}`;

export interface NewBulkJob {
  id: string;
  tenantId: string;
  filter: Filter;
  request: BulkRequest;
}

/**
 * Makes a job of the tenant's flow runs that pass the filter at this moment, and counts them by the type of their state.
 * One statement: no run is missed or chosen twice however much is written meanwhile, and no id ever comes up here.
 */
export async function insertBulkJob(
  transaction: Queryable,
  { id, tenantId, filter, request: { kind, ...request } }: NewBulkJob,
): Promise<StateTypeCount[]> {
  return runStatement(
    transaction,
    'bulkJobs.insert',
    sql`
      with chosen as materialized (
        select x.id, x.state_type, row_number() over (order by x.id) as number
        from flow_run x where ${tenantWhere('flowRun', tenantId, filter)}
      ), job as (
        insert into bulk_job (id, tenant_id, kind, request, total, ended)
        select ${id}::uuid, ${tenantId}::uuid, ${kind}::bulk_job_kind, ${JSON.stringify(request)}::jsonb, count(*),
          case when count(*) = 0 then clock_timestamp() end
        from chosen
      ), items as (
        insert into bulk_job_item (bulk_job_id, number, flow_run_id) select ${id}::uuid, number, id from chosen
      )
      select state_type as "stateType", count(*) as count from chosen group by state_type order by state_type`,
  );
}

/** How many flow runs pass a filter, by the type of their state. */
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

/** A job as those see it who do its work. */
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

/** The task of a job; null where there is none, or nothing is left to be done. */
export const bulkTask = async (database: Queryable, id: string): Promise<BulkTask | null> =>
  (await database.query<BulkTask>(TASK, [id]))[0] ?? null;

const UNFINISHED = statement('bulkJobs.unfinished', 'select id from bulk_job where ended is null order by id limit $1');

/** The oldest jobs that are not done, of all tenants. */
export const unfinishedBulkJobs = async (database: Queryable, limit: number): Promise<string[]> =>
  (await database.query<{ id: string }>(UNFINISHED, [limit])).map(({ id }) => id);

const PROGRESS = statement(
  'bulkJobs.progress',
  `select ${BULK_JOBS.columns('x')} from bulk_job x where x.id = any($1)`,
);

/** Jobs of all tenants as they are now. */
export const bulkJobProgress = (database: Queryable, ids: readonly string[]): Promise<BulkJob[]> =>
  database.query(PROGRESS, [ids]);

// In two steps, because the items of one job can be a million, and a statement that deletes them all is one that nobody
// waits for.
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

/** Forgets jobs that ended so many seconds ago: at most `limit` of their outcomes. Returns how many went. */
export async function forgetBulkJobs(database: Queryable, olderThanSeconds: number, limit: number): Promise<number> {
  const { length } = await database.query(FORGET_ITEMS, [olderThanSeconds, limit]);
  await database.query(FORGET_JOBS, [olderThanSeconds]);
  return length;
}
