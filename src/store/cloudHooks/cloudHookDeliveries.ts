import type { CloudHook } from '../../core/cloudHooks/cloudHook.ts';
import type { CloudHookEvent, FlowRunStateChange } from '../../core/cloudHooks/cloudHookEvent.ts';
import type { TriedRun } from '../../core/cloudHooks/testCloudHookEvent.ts';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';

/** Of a flow run, its flow and its tenant, what an event tells of them. */
interface RunRow {
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
}

const RUN_COLUMNS = `r.id as "flowRunId", r.name as "flowRunName", f.id as "flowId", f.name as "flowName",
  f.flow_group_id as "flowGroupId", f.version_group_id as "versionGroupId", t.id as "tenantId", t.slug as "tenantSlug"`;

const runFromRow = (row: RunRow): TriedRun => ({
  flowRun: { id: row.flowRunId, name: row.flowRunName, state: row.oldState, version: row.oldVersion },
  flow: { id: row.flowId, name: row.flowName, flowGroupId: row.flowGroupId, versionGroupId: row.versionGroupId },
  tenant: { id: row.tenantId, slug: row.tenantSlug },
});

interface ChangeRow extends RunRow {
  cloudHookId: string;
  stateId: string;
  version: number;
  state: string;
  timestamp: Instant;
  message: string | null;
  startTime: Instant | null;
  serializedState: Json;
}

// From the few states that were just written to the hooks of their tenants: without hooks, one look into an index.
const MATCHING = statement(
  'cloudHooks.matching',
  `select h.id as "cloudHookId", ${RUN_COLUMNS}, old.prefect1_state as "oldState", s.version - 1 as "oldVersion",
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

/** The hooks that want to hear of these states of flow runs, each with what it is to be told. */
export async function matchingCloudHooks(
  transaction: Queryable,
  stateIds: readonly string[],
): Promise<MatchingCloudHook[]> {
  const rows = await transaction.query<ChangeRow>(MATCHING, [stateIds]);
  return rows.map((row) => ({
    cloudHookId: row.cloudHookId,
    change: {
      ...runFromRow(row),
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

const RUN = statement(
  'flowRuns.forCloudHook',
  `select ${RUN_COLUMNS}, r.prefect1_state as "oldState", r.version as "oldVersion"
   from flow_run r join flow f on f.id = r.flow_id join tenant t on t.id = r.tenant_id
   where r.id = $1 and ($2::uuid is null or r.tenant_id = $2)`,
);

/** A run as an event tells of it, before a change that is only made up. */
export async function triedRun(
  database: Queryable,
  tenantId: string | null,
  flowRunId: string,
): Promise<TriedRun | null> {
  const [row] = await database.query<RunRow>(RUN, [flowRunId, tenantId]);
  return row ? runFromRow(row) : null;
}

export interface NewDelivery {
  cloudHookId: string;
  /** Its id is the delivery's. */
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
    deliveries.map(({ event }) => JSON.stringify(event)),
  ]);
}

export interface Delivery extends CloudHook {
  deliveryId: string;
  event: CloudHookEvent;
  /** This one included. */
  attempts: number;
}

// What is taken is due again when the lease ends: a process that dies in the middle leaves nothing undelivered, and one that
// lives never meets another at the same delivery.
const TAKE = statement(
  'cloudHookDeliveries.take',
  `update cloud_hook_delivery d set attempts = d.attempts + 1, due_at = $2
   from cloud_hook h
   where h.id = d.cloud_hook_id and d.id in (
     select id from cloud_hook_delivery where due_at <= $1 order by due_at limit $3 for update skip locked)
   returning d.id as "deliveryId", d.event, d.attempts, h.id, h.tenant_id as "tenantId", h.type, h.config`,
);

/** Takes deliveries that are due, and keeps other processes from them until `leasedUntil`. */
export const takeDeliveries = (
  database: Queryable,
  now: Instant,
  leasedUntil: Instant,
  limit: number,
): Promise<Delivery[]> => database.query<Delivery>(TAKE, [formatInstant(now), formatInstant(leasedUntil), limit]);

const REMOVE = statement('cloudHookDeliveries.delete', 'delete from cloud_hook_delivery where id = any($1::uuid[])');

export async function removeDeliveries(database: Queryable, ids: readonly string[]): Promise<void> {
  await database.query(REMOVE, [ids]);
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
