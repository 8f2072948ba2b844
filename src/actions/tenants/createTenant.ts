import { checkText } from '../../core/checks/checkText.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { Problem } from '../../core/values/problem.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import { insertTenant } from '../../store/tenants/tenants.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';

/** Creates a tenant. FORBIDDEN with an API key, which could not see the new tenant. */
export async function createTenant(
  { database }: Engine,
  viewer: Viewer,
  { name, slug }: { name: string; slug: string },
): Promise<{ id: string }> {
  if (visibleTenant(viewer) !== null)
    throw new Problem('FORBIDDEN', 'An API key belongs to one tenant and cannot create another.');
  checkText('name', name, LIMITS.nameCharacters);
  checkSlug(slug);
  const id = newId();
  await insertTenant(database, { id, name, slug });
  return { id };
}

export function checkSlug(slug: string): void {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug))
    throw new Problem('BAD_USER_INPUT', 'Slug must be "slugified" (lowercase; no spaces)');
  checkText('slug', slug, LIMITS.nameCharacters);
}
