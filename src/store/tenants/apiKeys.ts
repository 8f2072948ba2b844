import { createHash, randomBytes } from 'node:crypto';
import { Problem } from '../../core/values/problem.ts';
import type { Role, Viewer } from '../../core/values/viewer.ts';
import { type Database, type Queryable, statement } from '../connection/database.ts';

/** An API key as lists show it. The key itself is shown once and not stored. */
export interface ApiKey {
  id: string;
  name: string;
  role: Role;
  tenant: string;
  created: Date;
  /** Null for a key that does not expire. */
  expires: Date | null;
  /** Behind by ten minutes at most. Null: never. */
  lastUsed: Date | null;
}

/** A key has 256 random bits. It cannot be guessed, so a fast hash protects it as well as a slow one. */
export const hashOfApiKey = (key: string): string => createHash('sha256').update(key).digest('hex');

/**
 * Creates a key and returns it.
 * @param key.tenant the slug of a tenant
 */
export async function createApiKey(
  { prisma }: Database,
  {
    id,
    name,
    role,
    tenant,
    expires = null,
  }: Omit<ApiKey, 'created' | 'lastUsed' | 'expires'> & { expires?: Date | null },
): Promise<string> {
  const found = await prisma.tenant.findUnique({ where: { slug: tenant }, select: { id: true } });
  if (!found) throw new Problem('REFERENCE_NOT_FOUND', `There is no tenant with the slug ${JSON.stringify(tenant)}.`);
  const key = `fk_${randomBytes(32).toString('base64url')}`;
  const { count } = await prisma.apiKey.createMany({
    data: [{ id, tenantId: found.id, name, role, expires, keyHash: hashOfApiKey(key) }],
    skipDuplicates: true,
  });
  if (count === 0)
    throw new Problem('CONFLICT', `The tenant ${tenant} has a key named ${JSON.stringify(name)} already.`);
  return key;
}

export async function listApiKeys({ prisma }: Database): Promise<ApiKey[]> {
  const keys = await prisma.apiKey.findMany({
    select: {
      id: true,
      name: true,
      role: true,
      created: true,
      expires: true,
      lastUsed: true,
      tenant: { select: { slug: true } },
    },
    orderBy: { id: 'asc' },
  });
  return keys.map(({ tenant, ...key }) => ({ ...key, tenant: tenant.slug }));
}

/** Returns false if there is no key with this name. */
export async function revokeApiKey({ prisma }: Database, tenant: string, name: string): Promise<boolean> {
  const { count } = await prisma.apiKey.deleteMany({ where: { name, tenant: { slug: tenant } } });
  return count > 0;
}

// Every request needs the first of these, and the start of a server the second: Prisma would take four times the CPU
// time.

const VIEWER = statement(
  'apiKeys.viewer',
  `select tenant_id as "tenantId", role, last_used is null or last_used < now() - interval '10 minutes' as "isStale"
   from api_key where key_hash = $1 and (expires is null or expires > now())`,
);
const USED = statement('apiKeys.used', 'update api_key set last_used = now() where key_hash = $1');

/** Returns the viewer that a key makes of a client, and notes that the key was used. Null: unknown or expired. */
export async function viewerOfApiKey(database: Queryable, hash: string): Promise<Viewer | null> {
  const [found] = await database.query<Viewer & { isStale: boolean }>(VIEWER, [hash]);
  if (!found) return null;
  const { isStale, ...viewer } = found;
  // Also a database that only allows reads can check keys.
  if (isStale) await database.query(USED, [hash]).catch(() => {});
  return viewer;
}

const ANY = statement('apiKeys.any', 'select from api_key where expires is null or expires > now() limit 1');

/** Whether a key can be used. */
export const anyApiKey = async (database: Queryable): Promise<boolean> => (await database.query(ANY)).length > 0;

const CLOSED = statement('serverClosure.any', 'select from server_closure');

/** Whether requests need a key: since the first key was created, and until `openToEveryone`. */
export const isClosed = async (database: Queryable): Promise<boolean> => (await database.query(CLOSED)).length > 0;

const OPEN = statement(
  'serverClosure.open',
  `with opened as (delete from server_closure where not exists (select from api_key))
   select where not exists (select from api_key)`,
);

/** From now on, requests need no key. Returns false, and changes nothing, if there are keys. */
export const openToEveryone = async (database: Queryable): Promise<boolean> => (await database.query(OPEN)).length > 0;
