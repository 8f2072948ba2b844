import { rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { v7 } from 'uuid';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import type { Database } from '../../src/store/connection/database.ts';
import { migrate } from '../../src/store/connection/migrate.ts';
import { openDatabase } from '../../src/store/connection/openDatabase.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded/embeddedPostgres.ts';
import { findPostmaster } from '../../src/store/embedded/postmaster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server of this run of tests. */
    postgresUrl: string;
  }
}

const TEMPLATE = 'template_of_tests';

/** One PostgreSQL for a run of all tests, with a migrated database that each test file gets a copy of. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'flowql-test-'));
  // As root we run PostgreSQL as another user, who must get in.
  await chmod(directory, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDirectory: directory, log: () => {}, durable: false });
  // A run that is broken off has no time to wait.
  const breakOff = () => {
    const postmaster = findPostmaster(path.join(directory, 'postgres', 'data'));
    if (postmaster) process.kill(postmaster.pid, 'SIGQUIT');
    rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
  };
  process.once('exit', breakOff);
  await runSql(postgres.url, `create database ${TEMPLATE}`);
  await migrate(databaseUrl(postgres.url, TEMPLATE));
  project.provide('postgresUrl', postgres.url);
  return async () => {
    await postgres.stop();
    breakOff();
    process.off('exit', breakOff);
  };
}

export interface TestDatabase {
  database: Database;
  url: string;
  drop(): Promise<void>;
}

/** A fresh, migrated database of its own. */
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

/** A database of its own, empty where no template is named. */
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
