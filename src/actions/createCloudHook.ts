import { checkCloudHookConfig, cloudHookStates, cloudHookType } from '../core/cloudHook.ts';
import { Problem } from '../core/problem.ts';
import type { Json, JsonObject } from '../core/state.ts';
import type { Viewer } from '../core/viewer.ts';
import { insertCloudHook } from '../store/cloudHooks.ts';
import { throwViolation } from '../store/databaseErrors.ts';
import type { Engine } from './engine.ts';
import { newId } from './newId.ts';
import { requireTenant } from './requireTenant.ts';

export interface CreateCloudHook {
  tenantId: string;
  type: string;
  name: string | null;
  /** Null: for every flow of the tenant. */
  versionGroupId: string | null;
  /** Names of Prefect 1's states, in any case. */
  states: readonly string[];
  /** Null is an empty one. */
  config: Json;
}

export async function createCloudHook(
  engine: Engine,
  viewer: Viewer,
  { tenantId, type, name, versionGroupId, states, config }: CreateCloudHook,
): Promise<{ id: string }> {
  const hook = {
    id: newId(),
    tenantId: requireTenant(viewer, tenantId),
    type: cloudHookType(type),
    name,
    versionGroupId,
    states: cloudHookStates(states),
    config: objectOf(config),
  };
  checkCloudHookConfig(hook.type, hook.config);
  await insertCloudHook(engine.database, hook).catch(throwViolation);
  return { id: hook.id };
}

function objectOf(config: Json): JsonObject {
  if (config === null) return {};
  if (typeof config === 'object' && !Array.isArray(config)) return config;
  throw new Problem('BAD_USER_INPUT', 'Invalid config; expected an object');
}
