/**
 * The condition that restricts a statement on one row, whose id is $1, to the tenant $2. If $2 is null, every tenant
 * matches: an open server shows Prefect 1 clients all tenants, as Prefect 1's server did.
 */
export const TENANT_MATCHES = '($2::uuid is null or tenant_id = $2)';

export const hadRow = (rows: readonly unknown[]): boolean => rows.length > 0;

/** The same condition for Prisma: `where: { id, ...ofTenant(tenantId) }`. */
export const ofTenant = (tenantId: string | null): { tenantId?: string } => (tenantId === null ? {} : { tenantId });

/** Returns whether Prisma created, changed or deleted a row. */
export const hadCount = ({ count }: { count: number }): boolean => count > 0;
