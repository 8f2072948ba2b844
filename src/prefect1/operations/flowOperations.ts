import { archiveFlow } from '../../actions/prefect1Flows/archiveFlow.ts';
import { inflateFlow } from '../../actions/prefect1Flows/inflateFlow.ts';
import { registerEdges } from '../../actions/prefect1Flows/registerEdges.ts';
import { registerFlow } from '../../actions/prefect1Flows/registerFlow.ts';
import { registerTasks } from '../../actions/prefect1Flows/registerTasks.ts';
import { setScheduleActive } from '../../actions/prefect1Flows/setScheduleActive.ts';
import { setScheduleInactive } from '../../actions/prefect1Flows/setScheduleInactive.ts';
import type { Json, JsonObject } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { visibleTenant } from '../../core/values/viewer.ts';
import { deleteWithFlows } from '../../store/prefect1Flows/deleteWithFlows.ts';
import { mergeFlowGroupSettings } from '../../store/prefect1Flows/flowGroups.ts';
import { moveFlowToProject } from '../../store/prefect1Flows/registeredFlows.ts';
import type { Prefect1Context, Prefect1Doer, Prefect1Operations } from './prefect1Context.ts';
import { isGiven, json, optionalFlag, optionalText, type Prefect1Input, text } from './readInput.ts';

/** Registered flows. */
export const flowOperations: Prefect1Operations = {
  create_flow: async (context, input) => register(context, input, json(input, 'serialized_flow')),

  create_flow_from_compressed_string: async (context, input) =>
    register(context, input, await inflateFlow(text(input, 'serialized_flow'))),

  async register_tasks({ engine, viewer }, input) {
    const serializedTasks = json(input, 'serialized_tasks');
    await registerTasks(engine, viewer, { flowId: text(input, 'flow_id'), serializedTasks });
    return { success: true };
  },

  async register_edges({ engine, viewer }, input) {
    const serializedEdges = json(input, 'serialized_edges');
    await registerEdges(engine, viewer, { flowId: text(input, 'flow_id'), serializedEdges });
    return { success: true };
  },

  delete_flow: async ({ engine, viewer }, input) => ({
    success: await deleteWithFlows(engine.database, 'flow', visibleTenant(viewer), text(input, 'flow_id')),
  }),

  archive_flow: async ({ engine, viewer }, input) => ({
    success: await archiveFlow(engine, viewer, text(input, 'flow_id')),
  }),

  async update_flow_project({ engine, viewer }, input) {
    const id = text(input, 'flow_id');
    if (!(await moveFlowToProject(engine.database, visibleTenant(viewer), id, text(input, 'project_id'))))
      throw new Problem('REFERENCE_NOT_FOUND', 'Invalid flow or project ID.');
    return { id };
  },

  set_schedule_active: async ({ engine, viewer }, input) => ({
    success: await setScheduleActive(engine, viewer, text(input, 'flow_id')),
  }),

  set_schedule_inactive: async ({ engine, viewer }, input) => ({
    success: await setScheduleInactive(engine, viewer, text(input, 'flow_id')),
  }),

  // Old clients read `disable_heartbeat`, newer ones `heartbeat_enabled`.
  enable_flow_heartbeat: settingOf({ disable_heartbeat: false, heartbeat_enabled: true }),
  disable_flow_heartbeat: settingOf({ disable_heartbeat: true, heartbeat_enabled: false }),
  enable_flow_lazarus_process: settingOf({ lazarus_enabled: true }),
  disable_flow_lazarus_process: settingOf({ lazarus_enabled: false }),
};

const register = ({ engine, viewer }: Prefect1Context, input: Prefect1Input, serializedFlow: Json) =>
  registerFlow(engine, viewer, {
    projectId: text(input, 'project_id'),
    serializedFlow,
    versionGroupId: optionalText(input, 'version_group_id'),
    // A missing argument means true, null means false.
    setScheduleActive: !isGiven(input, 'set_schedule_active') || optionalFlag(input, 'set_schedule_active') === true,
    description: optionalText(input, 'description'),
    idempotencyKey: optionalText(input, 'idempotency_key'),
  });

/** Returns an operation that changes settings of the flow's group. */
function settingOf(settings: JsonObject): Prefect1Doer {
  return async ({ engine, viewer }, input) => {
    if (!(await mergeFlowGroupSettings(engine.database, visibleTenant(viewer), text(input, 'flow_id'), settings)))
      throw new Problem('NOT_FOUND', 'Invalid flow ID.');
    return { success: true };
  };
}
