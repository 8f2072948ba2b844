import type { Instant } from '../values/instant.ts';
import { formatInstant } from '../values/instant.ts';
import type { JsonObject } from '../values/jsonObject.ts';
import { type CloudHookEvent, cloudHookEvent, type FlowRunStateChange } from './cloudHookEvent.ts';

/** The states to test a hook with, by the names in the mutation's argument. */
const TRIED = {
  SCHEDULED: 'Scheduled',
  SUBMITTED: 'Submitted',
  SUCCESS: 'Success',
  RUNNING: 'Running',
  FAILED: 'Failed',
} as const;
export type TriedState = keyof typeof TRIED;

/** The run, flow and tenant in a test event. */
export type TriedRun = Omit<FlowRunStateChange, 'state'>;

const NOBODY: TriedRun = {
  flowRun: { id: '', name: 'test-flow-run', state: null, version: 0 },
  flow: { id: '', name: 'Test Flow', flowGroupId: null, versionGroupId: null },
  tenant: { id: '', slug: 'test-tenant' },
};

/**
 * Returns an event for testing a hook. With a run, `is_test_event` is set in `flow_run`; without one, it is set at the
 * top level. Source: Prefect Server, api/cloud_hooks.py, test_cloud_hook.
 */
export function testCloudHookEvent(
  id: string,
  tried: TriedState,
  run: TriedRun | null,
  now: Instant,
  newId: () => string,
): CloudHookEvent {
  const state = TRIED[tried];
  const { flowRun, flow, tenant } = run ?? { ...NOBODY, ...withIds(newId) };
  const startTime = tried === 'SCHEDULED' ? now : null;
  const serializedState: JsonObject = {
    type: state,
    message: `Test ${state.toLowerCase()} state`,
    ...(startTime === null ? {} : { start_time: formatInstant(startTime).replace('Z', '+00:00') }),
  };
  const event = cloudHookEvent(id, {
    flowRun,
    flow,
    tenant,
    state: {
      id: newId(),
      version: flowRun.version + 1,
      state,
      timestamp: now,
      message: `Test ${state.toLowerCase()} state`,
      startTime,
      serializedState,
    },
  });
  return run
    ? { ...event, flow_run: { ...event.flow_run, state, version: flowRun.version + 1, is_test_event: true } }
    : { ...event, is_test_event: true };
}

const withIds = (newId: () => string): TriedRun => ({
  flowRun: { ...NOBODY.flowRun, id: newId() },
  flow: { ...NOBODY.flow, id: newId(), flowGroupId: newId(), versionGroupId: newId() },
  tenant: { ...NOBODY.tenant, id: newId() },
});
