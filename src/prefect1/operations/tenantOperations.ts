import { checkSlug, createTenant } from '../../actions/tenants/createTenant.ts';
import { storableJson } from '../../core/checks/checkJson.ts';
import { checkText } from '../../core/checks/checkText.ts';
import { isJsonObject } from '../../core/values/jsonObject.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { Problem } from '../../core/values/problem.ts';
import { visibleTenant } from '../../core/values/viewer.ts';
import { deleteTenant, mergeTenantSettings, updateTenant } from '../../store/tenants/tenants.ts';
import type { Prefect1Context, Prefect1Operations } from './prefect1Context.ts';
import { flag, json, type Prefect1Input, text } from './readInput.ts';

/** Tenants, which own all other rows. */
export const tenantOperations: Prefect1Operations = {
  create_tenant: async ({ engine, viewer }, input) =>
    createTenant(engine, viewer, { name: text(input, 'name'), slug: text(input, 'slug') }),

  async delete_tenant({ engine, viewer }, input) {
    if (!flag(input, 'confirm')) throw new Problem('BAD_USER_INPUT', 'Must pass `confirm=True` to proceed.');
    if (viewer.role !== 'ADMIN')
      throw new Problem('FORBIDDEN', 'Deleting a tenant requires an API key with the role admin.');
    return { success: await deleteTenant(engine.database, visibleTenant(viewer), text(input, 'tenant_id')) };
  },

  async update_tenant_name(context, input) {
    const name = text(input, 'name');
    checkText('name', name, LIMITS.nameCharacters);
    return update(context, input, { name });
  },

  async update_tenant_slug(context, input) {
    const slug = text(input, 'slug');
    checkSlug(slug);
    return update(context, input, { slug });
  },

  async update_tenant_settings({ engine, viewer }, input) {
    const settings = json(input, 'settings');
    if (!isJsonObject(settings)) throw new Problem('BAD_USER_INPUT', '`settings` must be a JSON object.');
    const id = text(input, 'tenant_id');
    if (!(await mergeTenantSettings(engine.database, visibleTenant(viewer), id, storableJson('settings', settings))))
      throw new Problem('NOT_FOUND', 'Invalid tenant id.');
    return { id };
  },
};

async function update(
  { engine, viewer }: Prefect1Context,
  input: Prefect1Input,
  changes: { name?: string; slug?: string },
): Promise<{ id: string }> {
  const id = text(input, 'tenant_id');
  if (!(await updateTenant(engine.database, visibleTenant(viewer), id, changes)))
    throw new Problem('NOT_FOUND', 'Update failed.');
  return { id };
}
