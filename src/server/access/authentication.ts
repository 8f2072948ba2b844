import { LRUCache } from 'lru-cache';
import { Problem } from '../../core/values/problem.ts';
import { DEFAULT_TENANT_ID, type Viewer } from '../../core/values/viewer.ts';
import type { Database } from '../../store/connection/database.ts';
import { anyApiKey, hashOfApiKey, viewerOfApiKey } from '../../store/tenants/apiKeys.ts';

export interface Authentication {
  /** Whether the server answers requests without an API key. */
  isOpen(): Promise<boolean>;
  /** Returns the viewer; throws UNAUTHENTICATED. @param authorization the header's value, `Bearer fk_...` */
  viewerOf(authorization: string | undefined): Promise<Viewer>;
}

// How long a process keeps accepting a revoked key. A new key works immediately.
const REMEMBER_MS = 5_000;
/** Maximum number of cached keys. Unknown keys are cached, too. */
const MAX_REMEMBERED = 10_000;

// How long a socket or stream that was opened with a revoked key stays open, at most.
const CHECK_MS = 12_000;

const EVERYONE: Viewer = { tenantId: DEFAULT_TENANT_ID, role: 'ADMIN', ofEveryTenant: true };

/** @param needsKey whether requests need a key even if no key exists */
export function createAuthentication(database: Database, needsKey: boolean): Authentication {
  const viewers = new LRUCache<string, Viewer | 'unknown'>({
    max: MAX_REMEMBERED,
    ttl: REMEMBER_MS,
    fetchMethod: async (hash) => (await viewerOfApiKey(database, hash)) ?? 'unknown',
  });
  const existence = new LRUCache<'any', boolean>({
    max: 1,
    ttl: REMEMBER_MS,
    fetchMethod: () => anyApiKey(database),
  });
  const isOpen = async () => !needsKey && (await existence.fetch('any')) === false;

  return {
    isOpen,
    async viewerOf(authorization) {
      if (await isOpen()) return EVERYONE;
      const [, key] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
      if (key === undefined)
        throw new Problem(
          'UNAUTHENTICATED',
          'This server requires an API key. Send the header `Authorization: Bearer fk_...`.',
        );
      const viewer = await viewers.fetch(hashOfApiKey(key));
      if (viewer === undefined || viewer === 'unknown')
        throw new Problem('UNAUTHENTICATED', 'The API key is unknown or revoked.');
      return viewer;
    },
  };
}

/** Checks a key periodically, and calls `revoked` if it is no longer valid. @returns a function that ends the checks */
export function onRevoked(
  authentication: Authentication,
  authorization: string | undefined,
  revoked: (problem: Problem) => void,
): () => void {
  const timer = setInterval(() => {
    authentication.viewerOf(authorization).catch((error) => {
      // A database outage does not invalidate keys.
      if (error instanceof Problem && error.code === 'UNAUTHENTICATED') revoked(error);
    });
  }, CHECK_MS);
  return () => clearInterval(timer);
}

/**
 * Returns the authorization from a socket's connection parameters. GraphiQL and most clients send their headers there,
 * in upper or lower case.
 */
export function authorizationOf(parameters: Record<string, unknown> | undefined): string | undefined {
  for (const [name, value] of Object.entries(parameters ?? {}))
    if (name.toLowerCase() === 'authorization' && typeof value === 'string') return value;
  return undefined;
}
