import type { FlowRun, Labels } from '../../core/runs/run.ts';
import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';

/** What a new flow run refers to. */
export interface FlowRunReferences {
  now: Instant;
  /** Whether its flow, deployment and parent task run exist. */
  flow: boolean;
  deployment: boolean;
  parentTaskRun: boolean;
  /** The labels that it inherits: its deployment's, or its flow's if it has no deployment. */
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

export async function flowRunReferences(
  transaction: Queryable,
  {
    tenantId,
    flowId,
    deploymentId,
    parentTaskRunId,
  }: Pick<FlowRun, 'tenantId' | 'flowId' | 'deploymentId' | 'parentTaskRunId'>,
): Promise<FlowRunReferences> {
  const values = [tenantId, flowId, deploymentId, parentTaskRunId];
  const [row] = await transaction.query<FlowRunReferences>(REFERENCES, values);
  if (!row) throw new Error('a row of constants gave no row');
  return row;
}
