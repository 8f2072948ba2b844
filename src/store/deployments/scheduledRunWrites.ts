import type { FlowRun } from '../../core/runs/run.ts';
import type { ProposedState } from '../../core/runs/state.ts';
import { formatInstant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { detailsToJson } from '../query/rows.ts';
import { timeText } from '../runs/runArrays.ts';

/** A run that a schedule wants, in its first state, which is SCHEDULED. */
export interface ScheduledFlowRun {
  run: FlowRun;
  state: ProposedState;
  deploymentScheduleId: string;
}

const INSERT = statement(
  'flowRuns.insertScheduled',
  `insert into flow_run (id, tenant_id, flow_id, deployment_id, deployment_schedule_id, work_queue_id, name, parameters, tags,
     labels, idempotency_key, state_id, state_name, state_timestamp, state_message, state_details, expected_start_time,
     next_scheduled_start_time, version, state_type, auto_scheduled)
   select *, 1, 'SCHEDULED', true from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[],
     $7::text[], $8::jsonb[], $9::jsonb[], $10::jsonb[], $11::text[], $12::uuid[], $13::text[], $14::timestamptz[],
     $15::text[], $16::jsonb[], $17::timestamptz[], $18::timestamptz[])
   on conflict (flow_id, idempotency_key) do nothing returning id`,
);

/** Inserts runs, but for those whose keys their flows have already; gives the ids of those that are new. */
export async function insertScheduledFlowRuns(
  transaction: Queryable,
  scheduled: readonly ScheduledFlowRun[],
): Promise<Set<string>> {
  const rows = await transaction.query<{ id: string }>(INSERT, [
    ...(['id', 'tenantId', 'flowId', 'deploymentId'] as const).map((key) => scheduled.map(({ run }) => run[key])),
    scheduled.map(({ deploymentScheduleId }) => deploymentScheduleId),
    scheduled.map(({ run }) => run.workQueueId),
    scheduled.map(({ run }) => run.name),
    ...(['parameters', 'tags', 'labels'] as const).map((key) => scheduled.map(({ run }) => JSON.stringify(run[key]))),
    scheduled.map(({ run }) => run.idempotencyKey),
    scheduled.map(({ state }) => state.id),
    scheduled.map(({ state }) => state.name),
    scheduled.map(({ state }) => formatInstant(state.timestamp)),
    scheduled.map(({ state }) => state.message),
    scheduled.map(({ state }) => JSON.stringify(detailsToJson(state.details))),
    scheduled.map(({ run }) => timeText(run.expectedStartTime)),
    scheduled.map(({ run }) => timeText(run.nextScheduledStartTime)),
  ]);
  return new Set(rows.map(({ id }) => id));
}
