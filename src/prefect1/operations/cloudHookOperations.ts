import { createCloudHook } from '../../actions/cloudHooks/createCloudHook.ts';
import { testCloudHook } from '../../actions/cloudHooks/testCloudHook.ts';
import type { TriedState } from '../../core/cloudHooks/testCloudHookEvent.ts';
import { Problem } from '../../core/values/problem.ts';
import { visibleTenant } from '../../core/values/viewer.ts';
import { deleteCloudHook, setCloudHookActive } from '../../store/cloudHooks/cloudHooks.ts';
import type { Prefect1Doer, Prefect1Operations } from './prefect1Context.ts';
import { json, optionalText, optionalTexts, text } from './readInput.ts';

const setActive =
  (active: boolean): Prefect1Doer =>
  async ({ engine, viewer }, input) => ({
    success: await setCloudHookActive(engine.database, visibleTenant(viewer), text(input, 'cloud_hook_id'), active),
  });

/** Hooks that the server calls when flow runs change their state. */
export const cloudHookOperations: Prefect1Operations = {
  create_cloud_hook: async ({ engine, viewer }, input) =>
    createCloudHook(engine, viewer, {
      tenantId: text(input, 'tenant_id'),
      type: text(input, 'type'),
      name: optionalText(input, 'name'),
      versionGroupId: optionalText(input, 'version_group_id'),
      states: optionalTexts(input, 'states') ?? [],
      config: json(input, 'config'),
    }),

  delete_cloud_hook: async ({ engine, viewer }, input) => ({
    success: await deleteCloudHook(engine.database, visibleTenant(viewer), text(input, 'cloud_hook_id')),
  }),

  set_cloud_hook_active: setActive(true),
  set_cloud_hook_inactive: setActive(false),

  /** The only mutation that returns its errors in the payload. */
  async test_cloud_hook({ engine, viewer, now }, input) {
    try {
      const state = (optionalText(input, 'state_type') ?? 'SUCCESS') as TriedState; // the enum has the same names
      const trial = { cloudHookId: text(input, 'cloud_hook_id'), flowRunId: optionalText(input, 'flow_run_id'), state };
      await testCloudHook(engine, viewer, trial, now());
      return { success: true, error: null };
    } catch (error) {
      if (error instanceof Problem) return { success: false, error: error.message };
      throw error;
    }
  },
};
