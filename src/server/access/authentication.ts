import { LRUCache } from 'lru-cache';
import { Problem } from '../../core/values/problem.ts';
import { DEFAULT_TENANT_ID, type Viewer } from '../../core/values/viewer.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { hashOfApiKey, isClosed, viewerOfApiKey } from '../../store/tenants/apiKeys.ts';
import { KeyGuesses } from './keyGuesses.ts';

export interface Authentication {
  /** Whether the server answers requests without an API key. */
  isOpen(): boolean | Promise<boolean>;
  /**
   * Returns the viewer, without a promise on an open server. Throws UNAUTHENTICATED, or LIMIT_EXCEEDED after too many unknown keys.
   * @param authorization the header's value, `Bearer fk_...`
   * @param address of the client
   */
  viewerOf(authorization: string | undefined, address?: string): Viewer | Promise<Viewer>;
}

// How long a process keeps accepting a revoked key. A new key works immediately.
const REMEMBER_MS = 5_000;
/** Maximum number of cached keys. Unknown keys are cached, too. */
const MAX_REMEMBERED = 10_000;

// How long a socket or stream that was opened with a revoked key stays open, at most.
const CHECK_MS = 12_000;

/** What `flowql key create` prints. Any other text needs no question to the database. */
const KEY = /^fk_[\w-]{43}$/;

const EVERYONE: Viewer = { tenantId: DEFAULT_TENANT_ID, role: 'ADMIN', ofEveryTenant: true };

/** @param needsKey whether requests need a key even if none was ever created */
export function createAuthentication(database: Queryable, needsKey: boolean): Authentication {
  const viewers = new LRUCache<string, Viewer | 'unknown'>({
    max: MAX_REMEMBERED,
    ttl: REMEMBER_MS,
    fetchMethod: async (hash) => (await viewerOfApiKey(database, hash)) ?? 'unknown',
  });
  // No cache of one entry: each request asks twice.
  let wasOpen = false;
  let askAgainAt = 0;
  let asking: Promise<boolean> | null = null;
  async function ask(): Promise<boolean> {
    try {
      wasOpen = !(await isClosed(database));
      askAgainAt = performance.now() + REMEMBER_MS;
      return wasOpen;
    } finally {
      asking = null;
    }
  }
  function isOpen(): boolean | Promise<boolean> {
    if (needsKey) return false;
    if (performance.now() < askAgainAt) return wasOpen;
    asking ??= ask();
    return asking;
  }
  const valid = new LRUCache<string, true>({ max: MAX_REMEMBERED });
  const guesses = new KeyGuesses();

  async function viewerOfKey(authorization: string | undefined, address: string | undefined): Promise<Viewer> {
    const [, key] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (key === undefined)
      throw new Problem(
        'UNAUTHENTICATED',
        'This server requires an API key. Send the header `Authorization: Bearer fk_...`.',
      );
    const unknown = new Problem('UNAUTHENTICATED', 'The API key is unknown, revoked or expired.');
    if (!KEY.test(key)) throw unknown;
    const hash = hashOfApiKey(key);
    // A key that was valid once asks the database, no matter how many wrong ones came from the same address.
    const isGuess = !viewers.has(hash) && !valid.has(hash);
    if (isGuess) guesses.take(address);
    const viewer = await viewers.fetch(hash);
    if (viewer === undefined || viewer === 'unknown') throw unknown;
    if (isGuess) guesses.giveBack(address);
    valid.set(hash, true);
    return viewer;
  }

  return {
    isOpen,
    viewerOf(authorization, address) {
      const open = isOpen();
      if (open === true) return EVERYONE;
      if (open === false) return viewerOfKey(authorization, address);
      return open.then((isNowOpen) => (isNowOpen ? EVERYONE : viewerOfKey(authorization, address)));
    },
  };
}

/** Checks a key periodically, and calls `revoked` if it is no longer valid. @returns a function that ends the checks */
export function onRevoked(
  authentication: Authentication,
  authorization: string | undefined,
  revoked: (problem: Problem) => void,
): () => void {
  const timer = setInterval(async () => {
    try {
      await authentication.viewerOf(authorization);
    } catch (error) {
      // A database outage does not invalidate keys.
      if (error instanceof Problem && error.code === 'UNAUTHENTICATED') revoked(error);
    }
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
