import path from 'node:path';
import pg from 'pg';
import { v7 } from 'uuid';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import type { Database } from '../../src/store/connection/database.ts';
import { migrate } from '../../src/store/connection/migrate.ts';
import { openDatabase } from '../../src/store/connection/openDatabase.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/embedded/embeddedPostgres.ts';
import { LIMITED_ROLE } from '../../src/store/embedded/limitedRole.ts';
import { postgresBinaries } from '../../src/store/embedded/postgresBinaries.ts';
import { postgresUser } from '../../src/store/embedded/postgresUser.ts';
import { runAsSuperuser } from '../../src/store/embedded/runAsSuperuser.ts';
import { guardedDirectory } from './guardedDirectory.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The PostgreSQL server of this test run. */
    postgresUrl: string;
    /** The name of the migrated database. */
    template: string;
  }
}

interface TestServer {
  url: string;
  close(): Promise<void>;
}

/**
 * Provides a PostgreSQL server for the test run, with a migrated template database that each test file copies. That is the
 * server at TEST_DATABASE_URL, if set; the URL must name a password and a role that may create databases and roles. It defaults to a new embedded one.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.TEST_DATABASE_URL;
  const server = url ? { url, close: async () => {} } : await startServer();
  const template = newName('template');
  await runSql(server.url, `create database ${template}`);
  await migrate(databaseUrl(server.url, template));
  project.provide('postgresUrl', server.url);
  project.provide('template', template);
  return async () => {
    await runSql(server.url, `drop database ${template}`);
    await server.close();
  };
}

async function startServer(): Promise<TestServer> {
  const directory = await guardedDirectory();
  const options = { dataDirectory: directory.path, log: () => {}, durable: false };
  await allowDatabases(directory.path, await startEmbeddedPostgres(options));
  const postgres = await startEmbeddedPostgres(options);
  return {
    url: postgres.url,
    async close() {
      await postgres.stop();
      await directory.remove();
    },
  };
}

/** Lets the server's role create databases and roles. It is still no superuser, so no test depends on one. */
async function allowDatabases(dataDirectory: string, postgres: EmbeddedPostgres): Promise<void> {
  await postgres.stop();
  const user = postgresUser();
  await runAsSuperuser(
    path.join(dataDirectory, 'postgres', 'data'),
    await postgresBinaries(dataDirectory, user),
    { user, durable: false },
    `alter role ${LIMITED_ROLE} createdb createrole`,
  );
}

export interface TestDatabase {
  database: Database;
  url: string;
  drop(): Promise<void>;
}

/** Creates a migrated database. */
export async function testDatabase(): Promise<TestDatabase> {
  const { url, drop } = await createTestDatabase({ template: inject('template') });
  const database = await openDatabase({ url });
  return {
    database,
    url,
    async drop() {
      await database.close();
      await drop();
    },
  };
}

/** Creates a database from a template, by default an empty one. */
export async function createTestDatabase(
  options: { template?: string } = {},
): Promise<{ url: string; drop(): Promise<void> }> {
  const server = inject('postgresUrl');
  const name = newName('test');
  await runSql(server, `create database ${name} template ${options.template ?? 'template0'}`);
  return {
    url: databaseUrl(server, name),
    drop: () => dropDatabase(server, name),
  };
}

const INSUFFICIENT_PRIVILEGE = '42501';

/** Drops a database, and ends the connections to it. */
async function dropDatabase(server: string, name: string): Promise<void> {
  try {
    await runSql(server, `drop database ${name} with (force)`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== INSUFFICIENT_PRIVILEGE) throw error;
    // Autovacuum is at work there, as a superuser. `force` may not end it; without it, PostgreSQL does so by itself.
    await runSql(server, `drop database ${name}`);
  }
}

const newName = (prefix: string) => `${prefix}_${v7().replaceAll('-', '')}`;

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function runSql(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
