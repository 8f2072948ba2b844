import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Problem } from '../../core/values/problem.ts';
import { connection } from '../connection/connection.ts';
import { orUnavailable } from '../connection/unavailable.ts';
import type { LaunchedPostgres } from './launchPostgres.ts';
import { POSTGRES_DATABASE, POSTGRES_ROLE, type PostgresDirectory } from './postgresDirectory.ts';
import { disownPidFile, findPostmaster } from './postmaster.ts';

/** The advisory lock that every process on the server holds, shared. */
const LEASE_LOCK = 4200;
/** Long enough to recover what a crash left behind. */
const START_TIMEOUT_MS = 120_000;
/** PostgreSQL writes everything out first; beyond this it is told to stop as it is, and recovers at its next start. */
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 10;
/** A launch fails where the port was taken meanwhile, or where children of a killed server still run. Waits between tries. */
const RELAUNCH_DELAYS_MS = [50, 200, 500, 1_000, 2_000];

export interface PostgresLease {
  client: pg.Client;
  port: number;
}

export const postgresUrl = (directory: PostgresDirectory, port: number) =>
  `postgresql://${POSTGRES_ROLE}:${directory.password}@127.0.0.1:${port}/${POSTGRES_DATABASE}`;

/** Waits for the server of these files to answer, launching it while there is none, and takes a lease on it. */
export async function takeLease(
  directory: PostgresDirectory,
  launch: () => Promise<LaunchedPostgres>,
): Promise<PostgresLease> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  const delays = RELAUNCH_DELAYS_MS.values();
  let launched: LaunchedPostgres | null = null;
  while (Date.now() < deadline) {
    const postmaster = findPostmaster(directory.data);
    const client = postmaster && (await tryLease(postgresUrl(directory, postmaster.port)));
    if (client) return { client, port: postmaster.port };
    const ended: string | null | undefined = launched?.ended();
    if (!postmaster && ended !== null) {
      if (ended !== undefined) await sleep(nextDelay(delays, ended));
      disownPidFile(directory.data);
      launched = await launch();
    }
    await sleep(POLL_MS);
  }
  throw failure(`it did not answer within ${START_TIMEOUT_MS / 1000} seconds. See ${directory.logFile}`);
}

function nextDelay(delays: Iterator<number, undefined>, ended: string): number {
  const { value } = delays.next();
  if (value === undefined) throw failure(ended);
  return value;
}

const failure = (reason: string) =>
  new Problem('FAILED_PRECONDITION', `The embedded PostgreSQL did not start: ${reason}`);

/** A connection that holds the lock, or null while the server cannot answer. */
async function tryLease(url: string): Promise<pg.Client | null> {
  const client = new pg.Client(connection(url));
  client.on('error', () => {});
  try {
    await client.connect();
    // Waits for a process that is about to stop the server, and then fails with it.
    await client.query('select pg_advisory_lock_shared($1)', [LEASE_LOCK]);
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    const problem = orUnavailable(error);
    if (problem instanceof Problem) return null;
    throw failure(String(error));
  }
}

/** Gives the lease back. Who finds nobody else on the server stops it, and waits until it is gone. */
export async function returnLease({ client }: PostgresLease, directory: PostgresDirectory): Promise<void> {
  const alone = await isAlone(client);
  if (alone) await stopPostmaster(directory);
  await client.end().catch(() => {});
}

async function isAlone(client: pg.Client): Promise<boolean> {
  try {
    await client.query('select pg_advisory_unlock_shared($1)', [LEASE_LOCK]);
    const { rows } = await client.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [LEASE_LOCK]);
    return rows[0]?.alone ?? false;
  } catch {
    // The server is gone already.
    return false;
  }
}

/** SIGINT is PostgreSQL's fast shutdown: it ends its connections and writes everything out. SIGQUIT leaves that for later. */
async function stopPostmaster(directory: PostgresDirectory): Promise<void> {
  const postmaster = findPostmaster(directory.data);
  if (!postmaster) return;
  process.kill(postmaster.pid, 'SIGINT');
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (findPostmaster(directory.data)?.pid === postmaster.pid) {
    if (Date.now() > deadline) return void process.kill(postmaster.pid, 'SIGQUIT');
    await sleep(POLL_MS);
  }
}
