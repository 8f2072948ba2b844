import { LRUCache } from 'lru-cache';
import { Problem } from '../../core/values/problem.ts';
import { DEFAULT_TENANT_ID, type Viewer } from '../../core/values/viewer.ts';
import type { Database } from '../../store/connection/database.ts';
import { anyApiKey, hashOfApiKey, viewerOfApiKey } from '../../store/tenants/apiKeys.ts';

export interface Authentication {
  /** Whether requests without a key are answered. */
  isOpen(): Promise<boolean>;
  /** Who asks; throws UNAUTHENTICATED. @param authorization `Bearer fk_...`, as in the header of that name */
  viewerOf(authorization: string | undefined): Promise<Viewer>;
}

// A new key works at once; a revoked one goes on working for this long, in every process.
const REMEMBER_MS = 5_000;
/** Also bounds what is remembered of keys that do not exist. */
const MAX_REMEMBERED = 10_000;

// What was opened with a key that is taken back lasts this much longer at most.
const CHECK_MS = 12_000;

const EVERYONE: Viewer = { tenantId: DEFAULT_TENANT_ID, role: 'ADMIN', ofEveryTenant: true };

/** @param needsKey a key is asked for even while there is none */
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
        throw new Problem('UNAUTHENTICATED', 'This server asks for an API key: send `Authorization: Bearer fk_...`.');
      const viewer = await viewers.fetch(hashOfApiKey(key));
      if (viewer === undefined || viewer === 'unknown')
        throw new Problem('UNAUTHENTICATED', 'There is no such API key.');
      return viewer;
    },
  };
}

/** Asks again, for as long as something is open, whether its key still counts. @returns what ends the asking */
export function onRevoked(
  authentication: Authentication,
  authorization: string | undefined,
  revoked: (problem: Problem) => void,
): () => void {
  const timer = setInterval(() => {
    authentication.viewerOf(authorization).catch((error) => {
      // A database that cannot be asked just now takes nobody's key away.
      if (error instanceof Problem && error.code === 'UNAUTHENTICATED') revoked(error);
    });
  }, CHECK_MS);
  return () => clearInterval(timer);
}

/** The key among the parameters of a socket. GraphiQL and most clients send their headers as parameters, in the case they were typed in. */
export function authorizationOf(parameters: Record<string, unknown> | undefined): string | undefined {
  for (const [name, value] of Object.entries(parameters ?? {}))
    if (name.toLowerCase() === 'authorization' && typeof value === 'string') return value;
  return undefined;
}
