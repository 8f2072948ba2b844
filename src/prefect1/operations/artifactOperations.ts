import { createTaskRunArtifact } from '../../actions/prefect1Runs/createTaskRunArtifact.ts';
import { storableJson } from '../../core/checks/checkJson.ts';
import { visibleTenant } from '../../core/values/viewer.ts';
import { deleteArtifact, updateArtifact } from '../../store/prefect1Runs/taskRunArtifacts.ts';
import type { Prefect1Operations } from './prefect1Context.ts';
import { json, optionalText, text } from './readInput.ts';

/** Artifacts of task runs: links, Markdown and other data that the user interface shows. */
export const artifactOperations: Prefect1Operations = {
  create_task_run_artifact: async ({ engine, viewer }, input) =>
    createTaskRunArtifact(engine, viewer, {
      taskRunId: text(input, 'task_run_id'),
      kind: text(input, 'kind'),
      data: json(input, 'data'),
      tenantId: optionalText(input, 'tenant_id'),
    }),

  update_task_run_artifact: async ({ engine, viewer }, input) => ({
    success: await updateArtifact(
      engine.database,
      visibleTenant(viewer),
      text(input, 'task_run_artifact_id'),
      storableJson('data', json(input, 'data')),
    ),
  }),

  delete_task_run_artifact: async ({ engine, viewer }, input) => ({
    success: await deleteArtifact(engine.database, visibleTenant(viewer), text(input, 'task_run_artifact_id')),
  }),
};
