import type { CloudHook } from '../../core/cloudHooks/cloudHook.ts';
import type { CloudHookEvent, FlowRunStateChange } from '../../core/cloudHooks/cloudHookEvent.ts';
import type { TriedRun } from '../../core/cloudHooks/testCloudHookEvent.ts';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import { type Models, type Queryable, statement } from '../connection/database.ts';
import { ofTenant } from '../tenants/tenantScope.ts';

interface ChangeRow {
  cloudHookId: string;
  flowRunId: string;
  flowRunName: string | null;
  flowId: string;
  flowName: string;
  flowGroupId: string | null;
  versionGroupId: string | null;
  tenantId: string;
  tenantSlug: string;
  /** Before the change. */
  oldState: string | null;
  oldVersion: number;
  stateId: string;
  version: number;
  state: string;
  timestamp: Instant;
  message: string | null;
  startTime: Instant | null;
  serializedState: Json;
}

// From the new states, which are few, to the hooks of their tenants. Without hooks, it reads one index.
const MATCHING = statement(
  'cloudHooks.matching',
  `select h.id as "cloudHookId", r.id as "flowRunId", r.name as "flowRunName", f.id as "flowId", f.name as "flowName",
     f.flow_group_id as "flowGroupId", f.version_group_id as "versionGroupId", t.id as "tenantId", t.slug as "tenantSlug",
     old.prefect1_state as "oldState", s.version - 1 as "oldVersion",
     s.id as "stateId", s.version, s.prefect1_state as state, s.timestamp, s.message, s.start_time as "startTime",
     s.serialized_state as "serializedState"
   from flow_run_state s
   join flow_run r on r.id = s.flow_run_id
   join flow f on f.id = r.flow_id
   join tenant t on t.id = r.tenant_id
   join cloud_hook h on h.tenant_id = r.tenant_id and h.active and h.states ? upper(s.prefect1_state)
     and (h.version_group_id is null or h.version_group_id = f.version_group_id)
   left join flow_run_state old on old.flow_run_id = s.flow_run_id and old.version = s.version - 1
   where s.id = any($1::uuid[])
   order by s.id, h.id`,
);

export interface MatchingCloudHook {
  cloudHookId: string;
  change: FlowRunStateChange;
}

/** Returns the hooks that match these states of flow runs, each with the change to send. */
export async function matchingCloudHooks(
  transaction: Queryable,
  stateIds: readonly string[],
): Promise<MatchingCloudHook[]> {
  const rows = await transaction.query<ChangeRow>(MATCHING, [stateIds]);
  return rows.map((row) => ({
    cloudHookId: row.cloudHookId,
    change: {
      flowRun: { id: row.flowRunId, name: row.flowRunName, state: row.oldState, version: row.oldVersion },
      flow: { id: row.flowId, name: row.flowName, flowGroupId: row.flowGroupId, versionGroupId: row.versionGroupId },
      tenant: { id: row.tenantId, slug: row.tenantSlug },
      state: {
        id: row.stateId,
        version: row.version,
        state: row.state,
        timestamp: row.timestamp,
        message: row.message,
        startTime: row.startTime,
        serializedState: row.serializedState,
      },
    },
  }));
}

/** Returns a run as events describe it, before a change that is only tried. */
export async function triedRun(
  { prisma }: Models,
  tenantId: string | null,
  flowRunId: string,
): Promise<TriedRun | null> {
  const run = await prisma.flowRun.findFirst({
    where: { id: flowRunId, ...ofTenant(tenantId) },
    select: {
      id: true,
      name: true,
      prefect1State: true,
      version: true,
      flow: { select: { id: true, name: true, flowGroupId: true, versionGroupId: true } },
      tenant: { select: { id: true, slug: true } },
    },
  });
  if (!run) return null;
  const { id, name, prefect1State: state, version, flow, tenant } = run;
  return { flowRun: { id, name, state, version }, flow, tenant };
}

export interface NewDelivery {
  cloudHookId: string;
  /** The event's id is also the delivery's. */
  event: CloudHookEvent;
}

const INSERT = statement(
  'cloudHookDeliveries.insert',
  `insert into cloud_hook_delivery (id, cloud_hook_id, event)
   select * from unnest($1::uuid[], $2::uuid[], $3::jsonb[])`,
);

export async function insertDeliveries(transaction: Queryable, deliveries: readonly NewDelivery[]): Promise<void> {
  await transaction.query(INSERT, [
    deliveries.map(({ event }) => event.id),
    deliveries.map(({ cloudHookId }) => cloudHookId),
    deliveries.map(({ event }) => writeJson(event)),
  ]);
}

export interface Delivery extends CloudHook {
  deliveryId: string;
  event: CloudHookEvent;
  /** Includes this one. */
  attempts: number;
}

// A taken delivery is due again when its lease ends. If the process dies, another one sends it; until then, no other
// process takes it. The first condition makes an idle round one index lookup, however many hooks there are.
const TAKE = statement(
  'cloudHookDeliveries.take',
  `update cloud_hook_delivery d set attempts = d.attempts + 1, due_at = $2
   from cloud_hook h
   where h.id = d.cloud_hook_id and d.id in (
     select due.id from cloud_hook hook cross join lateral (
       select id, due_at from cloud_hook_delivery where cloud_hook_id = hook.id and due_at <= $1
       order by due_at limit $4 for update skip locked) due
     where exists (select from cloud_hook_delivery where due_at <= $1) and hook.id <> all($3::uuid[])
     order by due.due_at limit $5)
   returning d.id as "deliveryId", d.event, d.attempts, h.id, h.tenant_id as "tenantId", h.type, h.config`,
);

export interface TakeDeliveries {
  now: Instant;
  /** No other process takes the deliveries until then. */
  leasedUntil: Instant;
  /** Hooks that are busy. */
  notOfHooks: readonly string[];
  /** The most deliveries of one hook. */
  perHook: number;
  limit: number;
}

/** Takes due deliveries, the longest overdue first. */
export const takeDeliveries = (
  database: Queryable,
  { now, leasedUntil, notOfHooks, perHook, limit }: TakeDeliveries,
): Promise<Delivery[]> =>
  database.query<Delivery>(TAKE, [formatInstant(now), formatInstant(leasedUntil), notOfHooks, perHook, limit]);

export async function removeDeliveries({ prisma }: Models, ids: readonly string[]): Promise<void> {
  await prisma.cloudHookDelivery.deleteMany({ where: { id: { in: [...ids] } } });
}

const POSTPONE = statement(
  'cloudHookDeliveries.postpone',
  `update cloud_hook_delivery d set due_at = p.due_at
   from unnest($1::uuid[], $2::timestamptz[]) as p (id, due_at) where d.id = p.id`,
);

export async function postponeDeliveries(
  database: Queryable,
  postponed: readonly { deliveryId: string; dueAt: Instant }[],
): Promise<void> {
  await database.query(POSTPONE, [
    postponed.map(({ deliveryId }) => deliveryId),
    postponed.map(({ dueAt }) => formatInstant(dueAt)),
  ]);
}
