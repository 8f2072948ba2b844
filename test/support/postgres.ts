import pg from 'pg';
import { v7 } from 'uuid';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import type { Database } from '../../src/store/connection/database.ts';
import { migrate } from '../../src/store/connection/migrate.ts';
import { openDatabase } from '../../src/store/connection/openDatabase.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded/embeddedPostgres.ts';
import { guardedDirectory } from './guardedDirectory.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The PostgreSQL server of this test run. */
    postgresUrl: string;
  }
}

const TEMPLATE = 'template_of_tests';

/** Starts one PostgreSQL for the test run, with a migrated template database that each test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await guardedDirectory();
  const postgres = await startEmbeddedPostgres({ dataDirectory: directory.path, log: () => {}, durable: false });
  await runSql(postgres.url, `create database ${TEMPLATE}`);
  await migrate(databaseUrl(postgres.url, TEMPLATE));
  project.provide('postgresUrl', postgres.url);
  return async () => {
    await postgres.stop();
    await directory.remove();
  };
}

export interface TestDatabase {
  database: Database;
  url: string;
  drop(): Promise<void>;
}

/** Creates a migrated database. */
export async function testDatabase(): Promise<TestDatabase> {
  const { url, drop } = await createTestDatabase({ template: TEMPLATE });
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
  const name = `test_${v7().replaceAll('-', '')}`;
  await runSql(server, `create database ${name} template ${options.template ?? 'template0'}`);
  return {
    url: databaseUrl(server, name),
    drop: () => runSql(server, `drop database ${name} with (force)`),
  };
}

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
