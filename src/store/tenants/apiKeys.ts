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
}

/** A key has 256 random bits. It cannot be guessed, so a fast hash protects it as well as a slow one. */
export const hashOfApiKey = (key: string): string => createHash('sha256').update(key).digest('hex');

/**
 * Creates a key and returns it.
 * @param key.tenant the slug of a tenant
 */
export async function createApiKey(
  { prisma }: Database,
  { id, name, role, tenant }: Omit<ApiKey, 'created'>,
): Promise<string> {
  const found = await prisma.tenant.findUnique({ where: { slug: tenant }, select: { id: true } });
  if (!found) throw new Problem('REFERENCE_NOT_FOUND', `There is no tenant with the slug ${JSON.stringify(tenant)}.`);
  const key = `fk_${randomBytes(32).toString('base64url')}`;
  const { count } = await prisma.apiKey.createMany({
    data: [{ id, tenantId: found.id, name, role, keyHash: hashOfApiKey(key) }],
    skipDuplicates: true,
  });
  if (count === 0)
    throw new Problem('CONFLICT', `The tenant ${tenant} has a key named ${JSON.stringify(name)} already.`);
  return key;
}

export async function listApiKeys({ prisma }: Database): Promise<ApiKey[]> {
  const keys = await prisma.apiKey.findMany({
    select: { id: true, name: true, role: true, created: true, tenant: { select: { slug: true } } },
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

const VIEWER = statement('apiKeys.viewer', 'select tenant_id as "tenantId", role from api_key where key_hash = $1');

export async function viewerOfApiKey(database: Queryable, hash: string): Promise<Viewer | null> {
  const [viewer] = await database.query<Viewer>(VIEWER, [hash]);
  return viewer ?? null;
}

const ANY = statement('apiKeys.any', 'select from api_key limit 1');

export const anyApiKey = async (database: Queryable): Promise<boolean> => (await database.query(ANY)).length > 0;
