import { spawn } from 'node:child_process';
import { closeSync, constants, lstatSync, renameSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { openPlainFile, readPlainFile } from './plainFile.ts';
import type { PostgresBinaries } from './postgresBinaries.ts';
import type { PostgresDirectory } from './postgresDirectory.ts';
import type { PostgresUser } from './postgresUser.ts';

const MAX_LOG_BYTES = 10_000_000;
/** PostgreSQL's own. */
const DEFAULT_MAX_CONNECTIONS = 100;
/** LISTEN, the lease, commands such as `flowql key`, and PostgreSQL's reserve for administrators. */
const CONNECTIONS_OF_OTHERS = 50;

export interface LaunchedPostgres {
  /** Why it ended; null while it runs. */
  ended(): string | null;
}

/** Starts a PostgreSQL on these files. It ends immediately if another one runs on them. */
export function launchPostgres(
  directory: PostgresDirectory,
  binaries: PostgresBinaries,
  options: { user: PostgresUser | null; durable: boolean; port: number; connections: number },
): LaunchedPostgres {
  const { user, durable, port, connections } = options;
  const settings = [
    // TCP on loopback only; the path of a Unix socket would have to be short.
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `max_connections=${Math.max(DEFAULT_MAX_CONNECTIONS, connections + CONNECTIONS_OF_OTHERS)}`,
    'log_timezone=UTC',
    'log_checkpoints=off',
    ...(durable ? [] : ['fsync=off', 'full_page_writes=off']),
  ];
  const log = openLog(directory.logFile);
  const child = spawn(
    path.join(binaries.bin, 'postgres'),
    ['-D', directory.data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    {
      cwd: directory.data,
      stdio: ['ignore', log, log],
      // In its own process group: Ctrl-C in the terminal goes to FlowQL only, which finishes its work before it stops
      // the database.
      detached: true,
      ...(user && { uid: user.uid, gid: user.gid }),
    },
  );
  closeSync(log);
  child.unref();
  let ending: (() => string) | null = null;
  child.on('error', (error) => (ending = () => String(error)));
  // Read on demand: after a deliberate stop nothing reads the log, and the file may be gone.
  child.on('exit', () => (ending = () => lastWords(directory.logFile)));
  return { ended: () => ending?.() ?? null };
}

function openLog(file: string): number {
  // Of a link, this is the size of the link itself.
  const facts = lstatSync(file, { throwIfNoEntry: false });
  if (facts && facts.size > MAX_LOG_BYTES) renameSync(file, `${file}.old`);
  return openPlainFile(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
}

const lastWords = (logFile: string) => readPlainFile(logFile).trimEnd().split('\n').slice(-3).join('\n');

/** Returns a free port. If another program takes it before PostgreSQL does, the launch is retried. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
