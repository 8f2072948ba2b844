import { formatInstant, type Instant } from '../values/instant.ts';
import type { Json, JsonObject } from '../values/jsonObject.ts';

/** A state that a flow run entered, with the run, flow and tenant as hooks report them. */
export interface FlowRunStateChange {
  flowRun: { id: string; name: string | null; state: string | null; version: number };
  state: {
    id: string | null;
    version: number;
    state: string;
    timestamp: Instant;
    message: string | null;
    startTime: Instant | null;
    serializedState: Json;
  };
  flow: { id: string; name: string; flowGroupId: string | null; versionGroupId: string | null };
  tenant: { id: string; slug: string };
}

/** The JSON that receivers get. */
export type CloudHookEvent = JsonObject & { id: string; flow_run: JsonObject; state: JsonObject; flow: JsonObject };

// Receivers may read any key of Prefect Server's models. Keys that it had not loaded were null, not missing.
const empty = (keys: string): JsonObject => Object.fromEntries(keys.split(' ').map((key) => [key, null]));
const TENANT = empty('id created updated name slug info settings');
const FLOW = empty(
  `id created updated tenant_id project_id flow_group_id name description version version_group_id archived core_version environment
   parameters run_config storage schedule is_schedule_active settings serialized_flow`.replaceAll(/\s+/g, ' '),
);
const FLOW_RUN = empty(
  `id created updated tenant_id flow_id agent_id name parameters context labels run_config scheduled_start_time auto_scheduled
   idempotency_key heartbeat start_time end_time version state state_timestamp state_message state_result state_start_time
   serialized_state times_resurrected`.replaceAll(/\s+/g, ' '),
);
const STATE = empty(
  'id created updated tenant_id flow_run_id timestamp version state message result start_time serialized_state',
);

/** Formats an instant as Python does. */
const time = (instant: Instant | null): string | null =>
  instant === null ? null : formatInstant(instant).replace('Z', '+00:00');

/** Source: Prefect Server, utilities/events.py. */
export function cloudHookEvent(id: string, { flowRun, state, flow, tenant }: FlowRunStateChange): CloudHookEvent {
  return {
    id,
    timestamp: time(state.timestamp),
    type: 'FlowRunStateChange',
    is_test_event: false,
    flow_run: { ...FLOW_RUN, ...flowRun },
    state: {
      ...STATE,
      id: state.id,
      flow_run_id: flowRun.id,
      version: state.version,
      state: state.state,
      timestamp: time(state.timestamp),
      message: state.message,
      start_time: time(state.startTime),
      serialized_state: state.serializedState,
    },
    flow: {
      ...FLOW,
      id: flow.id,
      name: flow.name,
      flow_group_id: flow.flowGroupId,
      version_group_id: flow.versionGroupId,
    },
    tenant: { ...TENANT, ...tenant },
  };
}
