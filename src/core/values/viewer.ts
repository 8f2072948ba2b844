const ROLES = ['READER', 'WRITER', 'ADMIN'] as const;

/** A reader can query and subscribe; a writer can also mutate; an administrator can also manage keys. */
export type Role = (typeof ROLES)[number];

/** The client of a request. Every read and write is confined to its tenant. */
export interface Viewer {
  tenantId: string;
  role: Role;
  /** Set for Prefect 1 clients of a server without keys: as on Prefect Server, they read and change every tenant. */
  ofEveryTenant?: boolean;
}

/** Returns the tenant that a Prefect 1 operation is confined to, or null for all. Native operations use `tenantId`. */
export const visibleTenant = (viewer: Viewer): string | null => (viewer.ofEveryTenant ? null : viewer.tenantId);

/** The tenant of a new database; the first migration inserts it. */
export const DEFAULT_TENANT_ID = '01900000-0000-7000-8000-000000000001';
