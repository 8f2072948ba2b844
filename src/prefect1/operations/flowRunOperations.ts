import { runsInQueue } from '../../actions/agents/runsInQueue.ts';
import { createPrefect1FlowRun } from '../../actions/prefect1Runs/createPrefect1FlowRun.ts';
import { deletePrefect1FlowRun } from '../../actions/prefect1Runs/deletePrefect1FlowRun.ts';
import type { Engine } from '../../actions/writing/engine.ts';
import { storable } from '../../core/checks/checkText.ts';
import { isJsonObject } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { visibleTenant } from '../../core/values/viewer.ts';
import { labelFlowRun, nameFlowRun, noteHeartbeat } from '../../store/prefect1Runs/prefect1Runs.ts';
import type { Prefect1Operations } from './prefect1Context.ts';
import { isGiven, json, optionalInstant, optionalText, optionalTexts, type Prefect1Input, text } from './readInput.ts';

const jsonObject = (input: Prefect1Input, field: string) => {
  const value = json(input, field);
  if (value !== null && !isJsonObject(value))
    throw new Problem('BAD_USER_INPUT', `\`${field}\` must be a JSON object.`, { field });
  return value;
};

/** Returns the new name of a run. Throws BAD_USER_INPUT if it is empty. */
export function givenName(input: Prefect1Input): string {
  const name = storable(text(input, 'name'));
  if (name === '') throw new Problem('BAD_USER_INPUT', 'Invalid name');
  return name;
}

/** Announces the change of a flow run to subscribers. */
function changed({ streams }: Engine, flowRunId: string, success: boolean): { success: boolean } {
  if (success) streams.announce([`flowRunStates:${flowRunId}`]);
  return { success };
}

/** Flow runs: create, rename, label, delete, heartbeats, and the queue of agents. */
export const flowRunOperations: Prefect1Operations = {
  create_flow_run: async ({ engine, viewer }, input) => {
    const { id } = await createPrefect1FlowRun(engine, viewer, {
      flowId: optionalText(input, 'flow_id'),
      versionGroupId: optionalText(input, 'version_group_id'),
      parameters: jsonObject(input, 'parameters'),
      labels: optionalTexts(input, 'labels'),
      runConfig: jsonObject(input, 'run_config'),
      context: jsonObject(input, 'context'),
      scheduledStartTime: optionalInstant(input, 'scheduled_start_time'),
      idempotencyKey: optionalText(input, 'idempotency_key'),
      name: optionalText(input, 'flow_run_name'),
    });
    return { id };
  },

  delete_flow_run: async ({ engine, viewer }, input) => ({
    success: await deletePrefect1FlowRun(engine, viewer, text(input, 'flow_run_id')),
  }),

  set_flow_run_name: async ({ engine, viewer }, input) => {
    const id = text(input, 'flow_run_id');
    return changed(engine, id, await nameFlowRun(engine.database, visibleTenant(viewer), id, givenName(input)));
  },

  set_flow_run_labels: async ({ engine, viewer }, input) => {
    const id = text(input, 'flow_run_id');
    const labels = (optionalTexts(input, 'labels') ?? []).map(storable).sort();
    return changed(engine, id, await labelFlowRun(engine.database, visibleTenant(viewer), id, labels));
  },

  update_flow_run_heartbeat: async ({ engine, viewer }, input) => {
    await noteHeartbeat(engine.database, 'flowRun', visibleTenant(viewer), text(input, 'flow_run_id'));
    return { success: true };
  },

  get_runs_in_queue: async ({ engine, viewer, headers, now }, input) => {
    const labels = optionalTexts(input, 'labels');
    // Like Prefect 1's server: missing labels are an empty list, null is an error.
    if (labels === null && isGiven(input, 'labels'))
      throw new Problem('BAD_USER_INPUT', "'NoneType' object has no attribute 'sort'");
    const flowRunIds = await runsInQueue(engine, viewer, {
      tenantId: text(input, 'tenant_id'),
      before: optionalInstant(input, 'before') ?? now(),
      labels: labels ?? [],
      agentId: headers.agentId,
    });
    return { flow_run_ids: flowRunIds };
  },
};
