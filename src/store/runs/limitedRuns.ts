import { type CollisionStrategy, LEASE_SECONDS } from '../../core/concurrency/concurrency.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { statement } from '../connection/database.ts';

// What is read of runs after they are locked: the data of completed runs, which decides whether they may move on, and the
// limits that apply. This is a statement of its own, so that it sees what was committed while the locks were waited for. It
// returns rows only for runs that have any of this, and reads no states and no limits of the others.

/** A slot of a limit that a run holds; its lease may have expired. */
export interface HeldSlot {
  id: string;
  limitId: string;
}

/** The limits that apply to a flow run, and the slot of its deployment's limit that it holds. */
export interface FlowRunLimited {
  deploymentIsGone: boolean;
  /** Null if the run's deployment has no limit. */
  deployment: { limitId: string; collisionStrategy: CollisionStrategy; leaseSeconds: number } | null;
  slots: HeldSlot[];
  /** The run's queue and pool, if any of them has a limit. */
  place: { workQueueId: string; workPoolId: string } | null;
}

/** The active limits of a task run's tags, and the slots that it holds. */
export interface TaskRunLimited {
  limitIds: string[];
  slots: HeldSlot[];
}

const completedData = (table: 'flow_run' | 'task_run') =>
  `left join ${table}_state s on s.id = case when r.state_type = 'COMPLETED' then r.state_id end`;

export interface FlowRunSecondRow {
  id: string;
  data: Json;
  isGone: boolean;
  limitId: string | null;
  collisionStrategy: CollisionStrategy;
  gracePeriodSeconds: number | null;
  slotId: string | null;
  workQueueId: string | null;
  workPoolId: string | null;
}

// `limit 1`, here and below, tells PostgreSQL that there is at most one row; otherwise it may read whole tables.
export const FLOW_RUNS_LIMITED = statement(
  'flowRuns.limited',
  `select r.id, s.data, d.id is null and r.deployment_id is not null as "isGone", d.concurrency_limit_id as "limitId",
     d.collision_strategy as "collisionStrategy", d.grace_period_seconds as "gracePeriodSeconds", c.id as "slotId",
     u.id as "workQueueId", u.work_pool_id as "workPoolId"
   from flow_run r ${completedData('flow_run')} left join deployment d on d.id = r.deployment_id
     left join lateral (
       select q.id, q.work_pool_id from work_queue q join work_pool p on p.id = q.work_pool_id
       where q.id = r.work_queue_id and (q.concurrency_limit is not null or p.concurrency_limit is not null) limit 1
     ) u on true
     left join lateral (
       select c.id from concurrency_slot c
       where c.flow_run_id = r.id and c.concurrency_limit_id = d.concurrency_limit_id limit 1
     ) c on true
   where r.id = any($1::uuid[])
     and (s.data is not null or d.concurrency_limit_id is not null or u.id is not null
       or (d.id is null and r.deployment_id is not null))`,
);

/** Null if no limit applies to the run. */
export function flowRunLimited(row: FlowRunSecondRow | null): FlowRunLimited | null {
  if (!row) return null;
  const { isGone, limitId, collisionStrategy, gracePeriodSeconds, slotId, workQueueId, workPoolId } = row;
  const place = workQueueId === null || workPoolId === null ? null : { workQueueId, workPoolId };
  if (!isGone && limitId === null && place === null) return null;
  return {
    deploymentIsGone: isGone,
    deployment:
      limitId === null ? null : { limitId, collisionStrategy, leaseSeconds: gracePeriodSeconds ?? LEASE_SECONDS },
    slots: slotId === null || limitId === null ? [] : [{ id: slotId, limitId }],
    place,
  };
}

export interface TaskRunSecondRow {
  id: string;
  data: Json;
  limitIds: string[] | null;
  slots: HeldSlot[] | null;
}

export const TASK_RUNS_LIMITED = statement(
  'taskRuns.limited',
  `select r.id, s.data, case when r.tags <> '[]' then (
       select jsonb_agg(distinct l.id) from jsonb_array_elements_text(r.tags) tag (word) cross join lateral (
         select l.id from concurrency_limit l
         where l.tenant_id = r.tenant_id and l.name = 'tag:' || tag.word and l.active limit 1
       ) l
     ) end as "limitIds",
     case when r.tags <> '[]' then (
       select jsonb_agg(jsonb_build_object('id', c.id, 'limitId', c.concurrency_limit_id)) from concurrency_slot c
       where c.task_run_id = r.id
     ) end as slots
   from task_run r ${completedData('task_run')}
   where r.id = any($1::uuid[]) and (s.data is not null or r.tags <> '[]')`,
);

/** Null if no limit applies to the run. */
export function taskRunLimited(row: TaskRunSecondRow | null): TaskRunLimited | null {
  if (!row?.limitIds && !row?.slots) return null;
  return { limitIds: row.limitIds ?? [], slots: row.slots ?? [] };
}
