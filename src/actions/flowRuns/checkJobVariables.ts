import type { FlowRun } from '../../core/runs/run.ts';
import { jobVariablesFault } from '../../core/schemas/jobVariablesFault.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { jobVariablesOf } from '../../store/deployments/jobVariables.ts';

/**
 * Checks that a flow run may get new job variables: it must be SCHEDULED, so that no worker has read them yet, and have
 * a deployment whose work pool accepts them.
 * Source: Prefect 3, server/api/flow_runs.py, update_flow_run.
 */
export async function checkJobVariables(
  transaction: Queryable,
  { tenantId, deploymentId, stateType }: Pick<FlowRun, 'tenantId' | 'deploymentId' | 'stateType'>,
  jobVariables: JsonObject,
): Promise<void> {
  if (stateType !== 'SCHEDULED')
    throw new Problem('FAILED_PRECONDITION', `Job variables for a flow run in state ${stateType} cannot be updated`);
  const known = deploymentId === null ? null : await jobVariablesOf(transaction, tenantId, deploymentId);
  if (!known) throw new Problem('FAILED_PRECONDITION', 'A deployment for the flow run could not be found');
  const fault = known.schema && jobVariablesFault(known.schema, { ...known.deployment, ...jobVariables }, true);
  if (fault) throw new Problem('BAD_USER_INPUT', `Error updating flow run: ${fault.reason}`, { field: 'jobVariables' });
}
