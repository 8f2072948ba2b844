import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Problem } from '../../core/values/problem.ts';
import { connection } from '../connection/connection.ts';
import { orUnavailable } from '../connection/unavailable.ts';
import type { LaunchedPostgres } from './launchPostgres.ts';
import { LIMITED_ROLE, POSTGRES_DATABASE } from './limitedRole.ts';
import type { PostgresDirectory } from './postgresDirectory.ts';
import { disownPidFile, findPostmaster } from './postmaster.ts';

/** The advisory lock that every process holds in shared mode. */
const LEASE_LOCK = 4200;
/** Long enough for recovery after a crash. */
const START_TIMEOUT_MS = 120_000;
/** PostgreSQL first writes a checkpoint. After this time it gets SIGQUIT instead, and recovers at its next start. */
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 10;
/**
 * The waits between launches. A launch fails if the port was taken meanwhile, or if children of a killed server still
 * run.
 */
const RELAUNCH_DELAYS_MS = [50, 200, 500, 1_000, 2_000];

export interface PostgresLease {
  client: pg.Client;
  port: number;
}

export const postgresUrl = (directory: PostgresDirectory, port: number, role = LIMITED_ROLE) =>
  `postgresql://${role}:${directory.password}@127.0.0.1:${port}/${POSTGRES_DATABASE}`;

/** Waits until the server of these files answers, launches it if there is none, and takes a lease on it. */
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

/** Returns a connection that holds the lock; null while the server does not answer. */
export async function tryLease(url: string): Promise<pg.Client | null> {
  const client = new pg.Client(connection(url));
  client.on('error', () => {});
  try {
    await client.connect();
    // Waits for a process that is stopping the server, and fails when the server stops.
    await client.query('select pg_advisory_lock_shared($1)', [LEASE_LOCK]);
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    const problem = orUnavailable(error);
    if (problem instanceof Problem) return null;
    throw failure(String(error));
  }
}

/**
 * Releases the lease. If no other process uses the server, stops it, waits until it has ended and returns true.
 */
export async function returnLease({ client }: PostgresLease, directory: PostgresDirectory): Promise<boolean> {
  const alone = await isAlone(client);
  if (alone) await stopPostmaster(directory);
  await client.end().catch(() => {});
  return alone;
}

async function isAlone(client: pg.Client): Promise<boolean> {
  try {
    await client.query('select pg_advisory_unlock_shared($1)', [LEASE_LOCK]);
    const { rows } = await client.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [LEASE_LOCK]);
    return rows[0]?.alone ?? false;
  } catch {
    // The server has already ended.
    return false;
  }
}

/**
 * SIGINT is PostgreSQL's fast shutdown: it closes connections and writes a checkpoint. SIGQUIT skips the checkpoint.
 */
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
