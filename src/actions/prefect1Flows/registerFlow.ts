import { storableJson } from '../../core/checks/checkJson.ts';
import { readSerializedFlow, type SerializedFlow } from '../../core/prefect1/serializedFlow.ts';
import { checkSchedule } from '../../core/schedules/scheduledRuns.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import type { Transaction } from '../../store/connection/database.ts';
import { lockFlowGroup } from '../../store/prefect1Flows/flowGroups.ts';
import { withdrawScheduledRuns } from '../../store/prefect1Flows/flowSchedules.ts';
import { lockProject } from '../../store/prefect1Flows/projects.ts';
import {
  archiveOtherVersions,
  insertRegisteredFlow,
  versionGroupOf,
  versionsOf,
} from '../../store/prefect1Flows/registeredFlows.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';
import { appendEdges } from './appendEdges.ts';
import { appendTasks } from './appendTasks.ts';
import { cancelArchivedRuns } from './archiveFlow.ts';
import { setScheduleActive } from './setScheduleActive.ts';

export interface RegisterFlow {
  projectId: string;
  /** The flow as Prefect 1 serializes it. */
  serializedFlow: Json;
  /** Null: the group of the newest flow with this name in the project, or a new group. */
  versionGroupId: string | null;
  setScheduleActive: boolean;
  description: string | null;
  /** If it equals the key of the group's last registration, nothing has changed and no version is created. */
  idempotencyKey: string | null;
}

const NEW_GROUP_SETTINGS = { heartbeat_enabled: true, lazarus_enabled: true, version_locking_enabled: false };

/**
 * Registers a version of a flow and archives the others of its version group. Returns the id of the new version, or of
 * the current one if nothing has changed.
 * Source: prefect_server, graphql/flows.py and api/flows.py, create_flow.
 */
export async function registerFlow(engine: Engine, viewer: Viewer, input: RegisterFlow): Promise<{ id: string }> {
  const flow = readSerializedFlow(storableJson('serialized_flow', input.serializedFlow));
  const { id, archived } = await engine.database.transaction((transaction) =>
    register(transaction, viewer, flow, input),
  );
  await cancelArchivedRuns(engine, viewer, archived);
  if (input.setScheduleActive) {
    // The flow is registered even if it cannot be scheduled.
    await setScheduleActive(engine, viewer, id).catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error;
    });
  }
  return { id };
}

/**
 * Two clients may register one flow at the same time. Two locks make the second wait and see the result of the first:
 * the project's lock protects the version group of a name, the group's lock protects versions and the key.
 */
async function register(
  transaction: Transaction,
  viewer: Viewer,
  flow: SerializedFlow,
  { projectId, idempotencyKey, ...input }: RegisterFlow,
): Promise<{ id: string; archived: string[] }> {
  const project = await lockProject(transaction, visibleTenant(viewer), projectId);
  if (!project) throw new Problem('REFERENCE_NOT_FOUND', 'Invalid project.');
  const { tenantId } = project;
  const versionGroupId = input.versionGroupId || (await versionGroupOf(transaction, projectId, flow.name)) || newId();
  const settings = { ...NEW_GROUP_SETTINGS, idempotency_key: null };
  const group = await lockFlowGroup(transaction, { id: newId(), tenantId, name: versionGroupId, settings });

  const { newest, currentId } = await versionsOf(transaction, tenantId, versionGroupId);
  const isUnchanged = idempotencyKey !== null && group.settings.idempotency_key === idempotencyKey;
  const id = isUnchanged && currentId !== null ? currentId : newId();
  if (id !== currentId) {
    checkSchedule('serialized_flow.schedule', flow.schedule, Date.now() * 1000);
    await insertRegisteredFlow(transaction, group, {
      id,
      tenantId,
      projectId,
      versionGroupId,
      version: newest + 1,
      description: input.description ?? flow.description,
      flow,
      idempotencyKey,
    });
    const owner = { flowId: id, tenantId };
    await appendTasks(transaction, owner, flow.tasks);
    await appendEdges(transaction, owner, flow.edges, flow.referenceSlugs);
  }
  const archived = await archiveOtherVersions(transaction, tenantId, versionGroupId, id);
  if (archived.length > 0) await withdrawScheduledRuns(transaction, archived);
  return { id, archived };
}
