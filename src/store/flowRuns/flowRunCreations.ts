import type { Labels } from '../../core/runs/run.ts';
import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';

/** What a new flow run refers to. */
export interface FlowRunReferences {
  now: Instant;
  flow: boolean;
  deployment: boolean;
  parentTaskRun: boolean;
  /** The labels that it inherits: its deployment's, or else its flow's. */
  labels: Labels;
}

const REFERENCES = statement(
  'flowRuns.references',
  `select clock_timestamp() as now, f.id is not null as flow, d.id is not null as deployment,
     p.id is not null as "parentTaskRun", coalesce(d.labels, f.labels, '{}') as labels
   from (values ($1::uuid, $2::uuid, $3::uuid, $4::uuid)) as asked(tenant_id, flow_id, deployment_id, parent_id)
   left join flow f on f.id = asked.flow_id and f.tenant_id = asked.tenant_id
   left join deployment d on d.id = asked.deployment_id and d.tenant_id = asked.tenant_id
   left join task_run p on p.id = asked.parent_id and p.tenant_id = asked.tenant_id`,
);

export async function readReferences(
  transaction: Queryable,
  asked: { tenantId: string; flowId: string; deploymentId: string | null; parentTaskRunId: string | null },
): Promise<FlowRunReferences> {
  const [row] = await transaction.query<FlowRunReferences>(REFERENCES, [
    asked.tenantId,
    asked.flowId,
    asked.deploymentId,
    asked.parentTaskRunId,
  ]);
  if (!row) throw new Error('a row of constants gave no row');
  return row;
}

const ID_BY_KEY = statement(
  'flowRuns.idByIdempotencyKey',
  'select id from flow_run where flow_id = $1 and idempotency_key = $2 and tenant_id = $3',
);

/** The id of the run that a flow has under this idempotency key. */
export async function flowRunIdByKey(
  transaction: Queryable,
  tenantId: string,
  flowId: string,
  idempotencyKey: string,
): Promise<string | null> {
  const [row] = await transaction.query<{ id: string }>(ID_BY_KEY, [flowId, idempotencyKey, tenantId]);
  return row?.id ?? null;
}
