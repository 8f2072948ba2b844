import { storableJson } from '../../core/checks/checkJson.ts';
import { checkCloudHookConfig, cloudHookStates, cloudHookType, webUrlOf } from '../../core/cloudHooks/cloudHook.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { insertCloudHook } from '../../store/cloudHooks/cloudHooks.ts';
import { throwViolation } from '../../store/connection/databaseErrors.ts';
import { requireTenant } from '../tenants/requireTenant.ts';
import { newId } from '../writing/newId.ts';
import type { CloudHookEngine } from './sendCloudHook.ts';

export interface CreateCloudHook {
  tenantId: string;
  type: string;
  name: string | null;
  /** Null for all flows of the tenant. */
  versionGroupId: string | null;
  /** Names of Prefect 1's states, in upper or lower case. */
  states: readonly string[];
  /** Null means an empty configuration. */
  config: Json;
}

export async function createCloudHook(
  engine: CloudHookEngine,
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
    config: objectOf(storableJson('config', config)),
  };
  checkCloudHookConfig(hook.type, hook.config);
  const url = hook.type === 'PREFECT_MESSAGE' ? null : webUrlOf(hook.config);
  if (url && !engine.hookSender.destinations.mayBeAllowed(url))
    throw new Problem(
      'BAD_USER_INPUT',
      'Invalid config; the host of `url` must have a public address, or FLOWQL_HOOK_ALLOW must list it',
    );
  await insertCloudHook(engine.database, hook).catch(throwViolation);
  return { id: hook.id };
}

function objectOf(config: Json): JsonObject {
  if (config === null) return {};
  if (isJsonObject(config)) return config;
  throw new Problem('BAD_USER_INPUT', 'Invalid config; expected an object');
}
