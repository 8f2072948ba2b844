import type pg from 'pg';
import { Problem } from '../../core/values/problem.ts';

const OLDEST_SERVER = 15;

/** Throws if PostgreSQL is older than our statements require. */
export async function requireKnownServer(database: pg.Pool | pg.Client): Promise<void> {
  const { rows } = await database.query<{ server_version: string }>('show server_version');
  const version = rows[0]?.server_version ?? '';
  if (Number.parseInt(version, 10) >= OLDEST_SERVER) return;
  const message = `FlowQL needs PostgreSQL ${OLDEST_SERVER} or newer; the server at DATABASE_URL is ${version}.`;
  throw new Problem('UNAVAILABLE', message);
}
