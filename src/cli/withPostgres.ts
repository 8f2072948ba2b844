import type { Config } from '../config.ts';
import { Problem } from '../core/values/problem.ts';
import type { Database } from '../store/connection/database.ts';
import { migrate } from '../store/connection/migrate.ts';
import { openDatabase } from '../store/connection/openDatabase.ts';
import { startEmbeddedPostgres } from '../store/embedded/embeddedPostgres.ts';
import { findPostgresDirectory } from '../store/embedded/postgresDirectory.ts';

/** Runs `work` with the configured database. Starts an embedded PostgreSQL if needed, and stops it afterwards. */
export async function withPostgres<Result>(config: Config, work: (url: string) => Promise<Result>): Promise<Result> {
  if (config.databaseUrl !== null) return work(config.databaseUrl);
  const postgres = await startEmbeddedPostgres({ dataDirectory: config.dataDir, log: console.error });
  try {
    return await work(postgres.url);
  } finally {
    await postgres.stop();
  }
}

/** Like `withPostgres`, with the database migrated and open. */
export const withDatabase = <Result>(config: Config, work: (database: Database) => Promise<Result>): Promise<Result> =>
  withPostgres(config, async (url) => {
    await migrate(url);
    const database = await openDatabase({ url, poolSize: config.poolSize });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  });

/** Like `withDatabase`, but does not create an embedded database. Throws NOT_FOUND if there is none. */
export async function withDatabaseThatIs<Result>(
  config: Config,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  if (config.databaseUrl === null && (await findPostgresDirectory(config.dataDir)) === null)
    throw new Problem('NOT_FOUND', `No database exists in ${config.dataDir}.`);
  return withDatabase(config, work);
}
