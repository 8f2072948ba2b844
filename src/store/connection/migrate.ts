import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { Problem } from '../../core/values/problem.ts';
import { connection } from './connection.ts';
import { requireKnownServer } from './knownServer.ts';
import { openingFault } from './openingFault.ts';
import { orUnavailable } from './unavailable.ts';

/** The advisory lock that Prisma's own commands take, so that neither runs during the other. */
const PRISMA_LOCK = 72707369;

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

interface AppliedMigration {
  name: string;
  checksum: string;
  finished: boolean;
}

/**
 * Migrates the database to this version: applies the missing migrations, each in a transaction, and records them in
 * Prisma's table. If several processes start at the same time, one migrates and the others wait. Throws a Problem and
 * changes nothing if the database has unknown or changed migrations.
 */
export async function migrate(url: string, options: { directory?: string } = {}): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(options.directory ?? migrationsDirectory());
  const client = new pg.Client(connection(url));
  // The statement that a lost connection interrupts reports it.
  client.on('error', () => {});
  try {
    await client.connect().catch((error: unknown) => {
      throw openingFault(error, url);
    });
    await requireKnownServer(client);
    // This process, or another one that holds the lock, may be migrating a large table.
    await client.query('set statement_timeout = 0; set lock_timeout = 0');
    await client.query('select pg_advisory_lock($1)', [PRISMA_LOCK]);
    const missing = missingMigrations(migrations, await readApplied(client));
    for (const migration of missing) await apply(client, migration);
    return { applied: missing.map(({ name }) => name) };
  } catch (error) {
    throw orUnavailable(error);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Reads the migrations of a directory in the order of their names, which start with their creation time. */
async function readMigrations(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const content = await readFile(path.join(directory, name, 'migration.sql'));
      const checksum = createHash('sha256').update(content).digest('hex');
      return { name, sql: content.toString('utf8'), checksum };
    }),
  );
}

/**
 * Returns `prisma/migrations` of this package. It is three folders above this file in the sources, and one above the
 * bundle.
 */
export function migrationsDirectory(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const candidates = ['..', '../../..'].map((up) => path.join(here, up, 'prisma/migrations'));
  const found = candidates.find((candidate) => existsSync(path.join(candidate, 'migration_lock.toml')));
  if (!found)
    throw new Problem('FAILED_PRECONDITION', `The migrations are missing; looked in ${candidates.join(' and ')}.`);
  return found;
}

async function readApplied(client: pg.Client): Promise<AppliedMigration[]> {
  // Checked first, because a role that may not create tables can still serve an up-to-date database.
  const { rows: found } = await client.query(`select 1 where to_regclass('_prisma_migrations') is not null`);
  if (found.length === 0) await client.query(PRISMA_TABLE);
  const { rows } = await client.query<AppliedMigration>(
    `select migration_name as name, checksum, finished_at is not null as finished
     from _prisma_migrations where rolled_back_at is null order by migration_name`,
  );
  return rows;
}

/** Returns the migrations to apply. Throws a Problem if this program does not match this database. */
function missingMigrations(migrations: Migration[], applied: AppliedMigration[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum, finished } of applied) {
    const migration = known.get(name);
    if (!finished)
      throw refusal(`its migration ${name} did not finish. Repair the schema and its row in _prisma_migrations.`);
    if (!migration)
      throw refusal(
        `it has the migration ${name}, which this version does not know. Start the newer FlowQL that applied it.`,
      );
    if (migration.checksum !== checksum)
      throw refusal(`its migration ${name} differs from this version's: prisma/migrations/${name} was changed.`);
  }
  const done = new Set(applied.map(({ name }) => name));
  return migrations.filter(({ name }) => !done.has(name));
}

const refusal = (reason: string) => new Problem('FAILED_PRECONDITION', `The database cannot be used: ${reason}`);

/** The migration and its record are one transaction: both are applied, or neither. */
async function apply(client: pg.Client, migration: Migration): Promise<void> {
  const started = new Date();
  try {
    await client.query('begin');
    await client.query(migration.sql);
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values (gen_random_uuid(), $1, $2, $3, clock_timestamp(), 1)`,
      [migration.checksum, migration.name, started],
    );
    await client.query('commit');
  } catch (error) {
    throw new Error(`Migration ${migration.name} failed, and changed nothing: ${String(error)}`, { cause: error });
  }
}

/** The table as Prisma's own commands create it. */
const PRISMA_TABLE = `
create table _prisma_migrations (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0
)`;
