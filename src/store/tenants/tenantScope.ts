/**
 * The condition of statements on one row ($1 is its id) for callers of one tenant, $2, or of none in particular: an open
 * server shows Prefect 1 clients all tenants, as the old one did.
 */
export const TENANT_MATCHES = '($2::uuid is null or tenant_id = $2)';

export const hadRow = (rows: readonly unknown[]): boolean => rows.length > 0;
