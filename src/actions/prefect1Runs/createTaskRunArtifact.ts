import { storableJson } from '../../core/checks/checkJson.ts';
import { storable } from '../../core/checks/checkText.ts';
import { isTooLarge } from '../../core/prefect1/serializedState.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import { insertArtifact, isTaskRun } from '../../store/prefect1Runs/taskRunArtifacts.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';

export interface CreateTaskRunArtifact {
  taskRunId: string;
  /** `link`, `markdown`, or any other kind that a user interface can show. */
  kind: string;
  data: Json;
  /** Null: the task run's tenant. */
  tenantId: string | null;
}

/** Attaches an artifact to a task run. NOT_FOUND if the task run does not exist. */
export async function createTaskRunArtifact(
  { database }: Engine,
  viewer: Viewer,
  { taskRunId, kind, data, tenantId }: CreateTaskRunArtifact,
): Promise<{ id: string }> {
  if (isTooLarge(data)) throw new Problem('PAYLOAD_TOO_LARGE', 'Artifact data payload exceeds 1000000 bytes limit.');
  const own = visibleTenant(viewer);
  if (own !== null && tenantId !== null && own !== tenantId) throw invalidTenant();
  const id = newId();
  const artifact = { id, taskRunId, kind: storable(kind), data: storableJson('data', data) };
  if (await insertArtifact(database, own ?? tenantId, artifact)) return { id };
  // Who sees all tenants may know that the task run belongs to another one.
  if (own === null && tenantId !== null && (await isTaskRun(database, taskRunId))) throw invalidTenant();
  // Clients retry while the task run is "not found".
  throw new Problem('NOT_FOUND', `Task run ${taskRunId} not found`);
}

const invalidTenant = () => new Problem('NOT_FOUND', 'Invalid tenant ID.');
