import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../core/values/problem.ts';
import { hasLimitedRole } from './limitedRole.ts';
import type { PostgresDirectory } from './postgresDirectory.ts';
import { postgresUrl, returnLease, tryLease } from './postgresLease.ts';
import { disownPidFile, findPostmaster } from './postmaster.ts';

/** The role of version 0.1, which is a superuser. */
const SUPERUSER = 'flowql';
/** The waits between attempts, while another process does the same or the leases of killed processes end. */
const RETRY_DELAYS_MS = [50, 200, 500, 1_000, 2_000];

/**
 * Converts the files of version 0.1, in which FlowQL's role is the superuser. A PostgreSQL that still runs on them is
 * stopped, unless another process uses it.
 */
export async function replaceSuperuser(directory: PostgresDirectory, convert: () => Promise<void>): Promise<void> {
  let obstacle: unknown;
  for (const delay of [0, ...RETRY_DELAYS_MS]) {
    await sleep(delay);
    // Another process may have been faster.
    if (hasLimitedRole(directory.cluster)) return;
    try {
      await stopServer(directory);
      disownPidFile(directory.data);
      await convert();
      return;
    } catch (error) {
      obstacle = error;
    }
  }
  if (hasLimitedRole(directory.cluster)) return;
  throw obstacle;
}

async function stopServer(directory: PostgresDirectory): Promise<void> {
  const postmaster = findPostmaster(directory.data);
  if (!postmaster) return;
  const client = await tryLease(postgresUrl(directory, postmaster.port, SUPERUSER));
  // It is starting, stopping or in single-user mode.
  if (!client)
    throw new Problem(
      'FAILED_PRECONDITION',
      `PostgreSQL in ${directory.cluster} does not answer. See ${directory.logFile}`,
    );
  if (await returnLease({ client, port: postmaster.port }, directory)) return;
  throw new Problem(
    'FAILED_PRECONDITION',
    `A FlowQL of version 0.1 uses the database in ${directory.cluster}. Stop it, then start this one again.`,
  );
}
