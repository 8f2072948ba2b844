import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, type LaunchedPostgres, launchPostgres } from './launchPostgres.ts';
import { createLimitedRole, hasLimitedRole } from './limitedRole.ts';
import { postgresBinaries } from './postgresBinaries.ts';
import {
  createPostgresDirectory,
  findPostgresDirectory,
  type PostgresDirectory,
  prepareDataDirectory,
  requireSameVersion,
} from './postgresDirectory.ts';
import { type PostgresLease, postgresUrl, returnLease, takeLease } from './postgresLease.ts';
import { type PostgresUser, postgresUser } from './postgresUser.ts';
import { replaceSuperuser } from './replaceSuperuser.ts';

const RESTART_DELAY_MS = 1_000;

export interface EmbeddedPostgres {
  /** Contains the password. */
  url: string;
  stop(): Promise<void>;
}

interface Settings {
  dataDirectory: string;
  log: (sentence: string) => void;
  durable: boolean;
  connections: number;
  user: PostgresUser | null;
}

/**
 * Runs the PostgreSQL of a data directory: creates it if there is none, starts it, or adopts one that still runs
 * because its starter was killed or because it serves another process too. Restarts it at the same address if it dies.
 * With `durable: false` a power failure may lose everything; for tests.
 *
 * The last process stops the server. Each process holds a shared advisory lock on a connection of its own for its whole
 * life, and PostgreSQL releases the lock of a killed process. To stop, a process requests the same lock exclusively: if
 * it gets the lock, it is alone and stops the server; otherwise it leaves the server to the others.
 */
export async function startEmbeddedPostgres(options: {
  dataDirectory: string;
  log: (sentence: string) => void;
  durable?: boolean;
  /** How many connections the caller will have. Other processes can have about fifty more. */
  connections?: number;
}): Promise<EmbeddedPostgres> {
  const user = postgresUser();
  const dataDirectory = await prepareDataDirectory(options.dataDirectory, user);
  const { log, durable = true, connections = 0 } = options;
  const settings: Settings = { dataDirectory, log, durable, connections, user };
  const directory = await openPostgresDirectory(settings);
  const firstLease = await takeLease(directory, async () => launch(settings, directory, await freePort()));

  const keeper = keepLease(firstLease, settings, () =>
    takeLease(directory, () => launch(settings, directory, firstLease.port)),
  );
  return {
    url: postgresUrl(directory, firstLease.port),
    stop: async () => {
      const lease = await keeper.end();
      if (lease) await returnLease(lease, directory);
    },
  };
}

async function openPostgresDirectory(settings: Settings): Promise<PostgresDirectory> {
  const found = await findPostgresDirectory(settings.dataDirectory);
  if (found && !hasLimitedRole(found.cluster)) await convert(settings, found);
  if (found) return found;
  settings.log(`Making a new database in ${settings.dataDirectory}.`);
  await createPostgresDirectory(
    settings.dataDirectory,
    await postgresBinaries(settings.dataDirectory, settings.user),
    settings,
  );
  const made = await findPostgresDirectory(settings.dataDirectory);
  if (!made) throw new Error(`The database files in ${settings.dataDirectory} were removed.`);
  return made;
}

async function convert(settings: Settings, directory: PostgresDirectory): Promise<void> {
  const binaries = await postgresBinaries(settings.dataDirectory, settings.user);
  requireSameVersion(directory, binaries);
  settings.log(`Converting the database in ${settings.dataDirectory}: its role will not be a superuser.`);
  await replaceSuperuser(directory, () => createLimitedRole(directory.cluster, binaries, settings));
}

async function launch(settings: Settings, directory: PostgresDirectory, port: number): Promise<LaunchedPostgres> {
  const binaries = await postgresBinaries(settings.dataDirectory, settings.user);
  requireSameVersion(directory, binaries);
  return launchPostgres(directory, binaries, { ...settings, port });
}

/** Holds a lease, and takes a new one when the server has died. `end` returns the last lease. */
function keepLease(
  first: PostgresLease,
  { log }: Settings,
  takeAnother: () => Promise<PostgresLease>,
): { end(): Promise<PostgresLease | null> } {
  const ending = new AbortController();
  let lease: Promise<PostgresLease | null> = Promise.resolve(hold(first));

  function hold(held: PostgresLease): PostgresLease {
    held.client.once('end', () => {
      if (!ending.signal.aborted) lease = replace();
    });
    return held;
  }

  async function replace(): Promise<PostgresLease | null> {
    log('PostgreSQL is gone; starting it again.');
    while (!ending.signal.aborted) {
      try {
        return hold(await takeAnother());
      } catch (error) {
        log(`PostgreSQL did not start again: ${String(error)}`);
        await sleep(RESTART_DELAY_MS, undefined, { signal: ending.signal }).catch(() => {});
      }
    }
    return null;
  }

  return {
    end() {
      ending.abort();
      return lease;
    },
  };
}
