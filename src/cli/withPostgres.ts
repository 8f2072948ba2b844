import type { Config } from '../config.ts';
import { Problem } from '../core/values/problem.ts';
import type { Database } from '../store/connection/database.ts';
import { migrate } from '../store/connection/migrate.ts';
import { openDatabase } from '../store/connection/openDatabase.ts';
import { startEmbeddedPostgres } from '../store/embedded/embeddedPostgres.ts';
import { findPostgresDirectory } from '../store/embedded/postgresDirectory.ts';

/** Works with the database of the settings. The embedded one runs for as long as that takes, if it does not run anyway. */
export async function withPostgres<Result>(config: Config, work: (url: string) => Promise<Result>): Promise<Result> {
  if (config.databaseUrl !== null) return work(config.databaseUrl);
  const postgres = await startEmbeddedPostgres({ dataDirectory: config.dataDir, log: console.error });
  try {
    return await work(postgres.url);
  } finally {
    await postgres.stop();
  }
}

/** The same, with the database up to date and open. */
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

/** The same with a database that is there already: a command that only looks makes none. */
export async function withDatabaseThatIs<Result>(
  config: Config,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  if (config.databaseUrl === null && (await findPostgresDirectory(config.dataDir)) === null)
    throw new Problem('NOT_FOUND', `There is no database in ${config.dataDir}.`);
  return withDatabase(config, work);
}
