import { requireTenant } from '../../actions/tenants/requireTenant.ts';
import { newId } from '../../actions/writing/newId.ts';
import { checkText } from '../../core/checks/checkText.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { Problem } from '../../core/values/problem.ts';
import { visibleTenant } from '../../core/values/viewer.ts';
import { deleteWithFlows } from '../../store/prefect1Flows/deleteWithFlows.ts';
import { insertProject, updateProject } from '../../store/prefect1Flows/projects.ts';
import type { Prefect1Context, Prefect1Operations } from './prefect1Context.ts';
import { isGiven, optionalText, type Prefect1Input, text } from './readInput.ts';

/** Projects, which contain flows. */
export const projectOperations: Prefect1Operations = {
  async create_project({ engine, viewer }, input) {
    const tenantId = requireTenant(viewer, text(input, 'tenant_id'));
    const id = newId();
    await insertProject(engine.database, { id, tenantId, name: nameOf(input), description: descriptionOf(input) });
    return { id };
  },

  delete_project: async ({ engine, viewer }, input) => ({
    success: await deleteWithFlows(engine.database, 'project', visibleTenant(viewer), text(input, 'project_id')),
  }),

  set_project_name: async (context, input) => update(context, input, { name: nameOf(input) }),

  async set_project_description(context, input) {
    if (!isGiven(input, 'description'))
      throw new Problem('BAD_USER_INPUT', '`description` is required; null removes the description.');
    return update(context, input, { description: descriptionOf(input) });
  },
};

async function update(
  { engine, viewer }: Prefect1Context,
  input: Prefect1Input,
  changes: { name: string } | { description: string | null },
): Promise<{ id: string }> {
  const id = text(input, 'project_id');
  if (!(await updateProject(engine.database, visibleTenant(viewer), id, changes)))
    throw new Problem('NOT_FOUND', 'Update failed');
  return { id };
}

function nameOf(input: Prefect1Input): string {
  const name = text(input, 'name');
  checkText('name', name, LIMITS.nameCharacters);
  return name;
}

function descriptionOf(input: Prefect1Input): string | null {
  const description = optionalText(input, 'description');
  if (description !== null) checkText('description', description, LIMITS.messageCharacters);
  return description;
}
