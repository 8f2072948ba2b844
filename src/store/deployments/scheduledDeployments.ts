import type { Labels } from '../../core/runs/run.ts';
import type { DeploymentSchedule } from '../../core/schedules/deploymentSchedule.ts';
import { AHEAD } from '../../core/schedules/deploymentTimes.ts';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { deleteDoomedFlowRuns } from '../runs/deleteRuns.ts';

/** A schedule that needs more runs, with the values that they take from its deployment. */
export interface WantingSchedule extends Pick<DeploymentSchedule, 'id' | 'schedule' | 'maxScheduledRuns'> {
  tenantId: string;
  flowId: string;
  deploymentId: string;
  workQueueId: string | null;
  /** The deployment's. */
  tags: string[];
  labels: Labels;
  /** The deployment's, overridden by the schedule's. */
  parameters: JsonObject;
}

// Active schedules with too few waiting runs. Source: Prefect 3, services/scheduler.py.
const WANTING = `deployment d join deployment_schedule s on s.deployment_id = d.id
   cross join lateral (
     select count(*) as count, max(r.next_scheduled_start_time) as last from flow_run r
     where r.deployment_id = d.id and r.deployment_schedule_id = s.id and r.state_type = 'SCHEDULED'
       and r.next_scheduled_start_time > $1::timestamptz
   ) waiting
   where not d.paused and s.active and (
     waiting.count < least(${AHEAD.minRuns}, s.max_scheduled_runs)
     or waiting.count < least(${AHEAD.maxRuns}, s.max_scheduled_runs)
       and waiting.last < $1::timestamptz + interval '${AHEAD.minTime} microseconds')`;

const DUE = statement(
  'scheduledDeployments.due',
  `select distinct d.id from ${WANTING} and d.id > $2::uuid order by d.id limit $3`,
);

/** Returns the deployments of all tenants, after an id, that have a schedule with too few waiting runs. */
export const deploymentsDue = async (
  database: Queryable,
  now: Instant,
  afterId: string,
  limit: number,
): Promise<string[]> =>
  (await database.query<{ id: string }>(DUE, [formatInstant(now), afterId, limit])).map(({ id }) => id);

// Deployments that another transaction has locked are skipped: it creates their runs.
const LOCK = statement(
  'scheduledDeployments.lock',
  'select id from deployment where id = any($1::uuid[]) order by id for no key update skip locked',
);
const OF_DEPLOYMENTS = statement(
  'scheduledDeployments.schedules',
  `select s.id, s.schedule, s.max_scheduled_runs as "maxScheduledRuns", d.tenant_id as "tenantId", d.flow_id as "flowId",
     d.id as "deploymentId", d.work_queue_id as "workQueueId", d.tags, d.labels, d.parameters || s.parameters as parameters
   from ${WANTING} and d.id = any($2::uuid[]) order by d.id, s.id`,
);

/** Locks these deployments until the transaction ends. Returns their schedules that need more runs. */
export async function lockWantingSchedules(
  transaction: Queryable,
  deploymentIds: readonly string[],
  now: Instant,
): Promise<WantingSchedule[]> {
  const locked = await transaction.query<{ id: string }>(LOCK, [deploymentIds]);
  if (locked.length === 0) return [];
  return transaction.query<WantingSchedule>(OF_DEPLOYMENTS, [formatInstant(now), locked.map(({ id }) => id)]);
}

// A run whose time has passed and that was put off, such as one that waits for a slot, stays: nothing would create it again.
const DOOMED = statement(
  'deploymentRuns.doomed',
  `select id from flow_run
   where deployment_id = $1 and state_type = 'SCHEDULED' and run_count = 0
     and ($2::uuid[] is null or deployment_schedule_id = any($2)) and auto_scheduled
     and next_scheduled_start_time > $3::timestamptz and expected_start_time > $3::timestamptz
   order by id for update`,
);
const ALL_DOOMED = statement(
  'deploymentRuns.allDoomed',
  `select id from flow_run where deployment_id = $1 and state_type = 'SCHEDULED' and run_count = 0 order by id for update`,
);

/**
 * Deletes the future runs of a deployment that its schedules, or only these, have created and that have not started.
 * Returns their ids.
 */
export const withdrawDeploymentRuns = async (
  transaction: Queryable,
  deploymentId: string,
  now: Instant,
  scheduleIds: readonly string[] | null = null,
): Promise<string[]> =>
  deleteRuns(transaction, await transaction.query(DOOMED, [deploymentId, scheduleIds, formatInstant(now)]));

/** Deletes all runs of a deployment that have not started. Returns their ids. */
export const deleteWaitingRuns = async (transaction: Queryable, deploymentId: string): Promise<string[]> =>
  deleteRuns(transaction, await transaction.query(ALL_DOOMED, [deploymentId]));

async function deleteRuns(transaction: Queryable, rows: readonly { id: string }[]): Promise<string[]> {
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await deleteDoomedFlowRuns(transaction, ids);
  return ids;
}
