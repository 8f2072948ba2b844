const ROLES = ['READER', 'WRITER', 'ADMIN'] as const;

/** What a caller may do: a reader queries and subscribes, a writer also mutates, an administrator also manages keys. */
export type Role = (typeof ROLES)[number];

/** Who is asking. Every read and write is confined to the tenant. */
export interface Viewer {
  tenantId: string;
  role: Role;
  /** On a server that asks nobody for a key, Prefect 1 clients see and change every tenant, as on their old server. */
  ofEveryTenant?: boolean;
}

/** The tenant that a Prefect 1 operation is confined to; null is none. Native operations always keep to `tenantId`. */
export const visibleTenant = (viewer: Viewer): string | null => (viewer.ofEveryTenant ? null : viewer.tenantId);

/** The tenant of a fresh database; its row is made by the first migration. */
export const DEFAULT_TENANT_ID = '01900000-0000-7000-8000-000000000001';
