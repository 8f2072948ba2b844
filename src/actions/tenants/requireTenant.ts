import { Problem } from '../../core/values/problem.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';

/**
 * Checks the tenant that a Prefect 1 client names as the owner of a new row. A client's key only sees its own tenant.
 */
export function requireTenant(viewer: Viewer, tenantId: string): string {
  const own = visibleTenant(viewer);
  if (own !== null && own !== tenantId) throw new Problem('REFERENCE_NOT_FOUND', 'Foreign key violation.');
  return tenantId;
}
