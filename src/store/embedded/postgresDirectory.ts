import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Problem } from '../../core/values/problem.ts';
import { createLimitedRole } from './limitedRole.ts';
import { readPlainFile } from './plainFile.ts';
import type { PostgresBinaries } from './postgresBinaries.ts';
import { canReach, type PostgresUser } from './postgresUser.ts';
import { isRunning } from './postmaster.ts';
import { requireOwner } from './requireOwner.ts';

export interface PostgresDirectory {
  /** The directory of the three below, with the file that names the role. */
  cluster: string;
  /** PostgreSQL's data directory: an absolute path without symbolic links. */
  data: string;
  password: string;
  /** The server's log of its last start. */
  logFile: string;
}

const CLUSTER = 'postgres';
const NEW_CLUSTER = 'postgres.new-';

/** Creates the directory if it is missing, and checks that PostgreSQL's user can use it. */
export async function prepareDataDirectory(dataDirectory: string, user: PostgresUser | null): Promise<string> {
  // Another user must be able to traverse this directory; the files inside are private.
  await makeDirectories(path.resolve(dataDirectory), user ? 0o755 : 0o700);
  const directory = await realpath(dataDirectory);
  if (!(await stat(directory)).isDirectory())
    throw new Problem('FAILED_PRECONDITION', `${directory} is a file. Set FLOWQL_DATA_DIR to a directory.`);
  requireOwner(directory);
  requireOwner(path.join(directory, CLUSTER), user);
  if (canReach(user, directory)) return directory;
  throw new Problem(
    'FAILED_PRECONDITION',
    `PostgreSQL does not run as root, and the user ${user?.name} cannot access ${directory}. Set FLOWQL_DATA_DIR to another directory, for example /var/lib/flowql.`,
  );
}

/**
 * Node's own `recursive` never ends if creating a directory fails with ENOENT although its parent exists, as in /proc.
 */
async function makeDirectories(directory: string, mode: number): Promise<void> {
  if (existsSync(directory)) return;
  await makeDirectories(path.dirname(directory), mode);
  // Another process may have been faster.
  await mkdir(directory, { mode }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/** Returns the database files in a prepared data directory; null if there are none yet. */
export async function findPostgresDirectory(dataDirectory: string): Promise<PostgresDirectory | null> {
  const cluster = path.join(dataDirectory, CLUSTER);
  if (!existsSync(cluster)) return null;
  const password = readPlainFile(path.join(cluster, 'password'));
  return { cluster, data: path.join(cluster, 'data'), password, logFile: path.join(cluster, 'postgres.log') };
}

/**
 * Creates the database files under another name and renames them, so that they are complete or absent. If two processes
 * do this, the faster one wins and both use the same files.
 */
export async function createPostgresDirectory(
  dataDirectory: string,
  binaries: PostgresBinaries,
  options: { user: PostgresUser | null; durable: boolean },
): Promise<void> {
  await removeAbandoned(dataDirectory);
  const unfinished = path.join(dataDirectory, NEW_CLUSTER + process.pid);
  await mkdir(unfinished, { mode: 0o700 });
  const passwordFile = path.join(unfinished, 'password');
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  // The file first: the owner of the directory could put a link in its place.
  if (options.user)
    for (const owned of [passwordFile, unfinished]) await chown(owned, options.user.uid, options.user.gid);
  await runInitdb(binaries, options, [`--pgdata=${path.join(unfinished, 'data')}`, `--pwfile=${passwordFile}`]);
  await createLimitedRole(unfinished, binaries, options);
  await rename(unfinished, path.join(dataDirectory, CLUSTER)).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true });
    if (!existsSync(path.join(dataDirectory, CLUSTER))) throw error;
  });
}

async function runInitdb(
  binaries: PostgresBinaries,
  { user, durable }: { user: PostgresUser | null; durable: boolean },
  places: string[],
): Promise<void> {
  // The built-in locale sorts by code point, on every machine and with every version of the C library.
  const fixed = ['--locale-provider=builtin', '--locale=C.UTF-8', '--encoding=UTF8', '--auth=scram-sha-256'];
  const sync = durable ? [] : ['--no-sync'];
  const initdb = path.join(binaries.bin, 'initdb');
  const as = user ? { uid: user.uid, gid: user.gid } : {};
  try {
    await promisify(execFile)(initdb, [...fixed, ...sync, '--username=postgres', ...places], {
      cwd: '/',
      ...as,
    });
  } catch (error) {
    throw new Problem('FAILED_PRECONDITION', `The database files could not be created: ${String(error)}`);
  }
}

/** Deletes what killed processes left while they created database files. */
async function removeAbandoned(dataDirectory: string): Promise<void> {
  for (const name of await readdir(dataDirectory)) {
    if (!name.startsWith(NEW_CLUSTER)) continue;
    const pid = Number(name.slice(NEW_CLUSTER.length));
    // In a container, this process may have the same id as its predecessor.
    // An initdb that survived its parent may still write there for a moment.
    const options = { recursive: true, force: true, maxRetries: 10 };
    if (pid === process.pid || !isRunning(pid)) await rm(path.join(dataDirectory, name), options);
  }
}

/** Throws if the files belong to another major version, which these binaries cannot read. */
export function requireSameVersion({ data }: PostgresDirectory, { majorVersion }: PostgresBinaries): void {
  const text = readPlainFile(path.join(data, 'PG_VERSION')).trim();
  if (text === majorVersion) return;
  const version = /^[\d.]{1,9}$/.test(text) ? text : 'an unknown version';
  throw new Problem(
    'FAILED_PRECONDITION',
    `The database files in ${data} belong to PostgreSQL ${version}, and this FlowQL has PostgreSQL ${majorVersion}. Move the data with pg_dump, or start the FlowQL version that created it.`,
  );
}
