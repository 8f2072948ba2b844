import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/embedded/embeddedPostgres.ts';
import { postgresUser } from '../../src/store/embedded/postgresUser.ts';
import { findPostmaster } from '../../src/store/embedded/postmaster.ts';
import { type GuardedDirectory, guardedDirectory } from '../support/guardedDirectory.ts';
import { type NodeProcess, startNode } from '../support/startNode.ts';
import { waitFor } from '../support/waitFor.ts';

let directory: GuardedDirectory;
let dataDirectory: string;
let data: string;
let opened: EmbeddedPostgres[];
let children: ChildProcess[];

beforeAll(async () => {
  directory = await guardedDirectory();
});
afterAll(() => directory.remove());

beforeEach(async () => {
  dataDirectory = await mkdtemp(path.join(directory.path, 'data-'));
  // As root, PostgreSQL runs as another user, who needs access.
  await chmod(dataDirectory, 0o755);
  data = path.join(dataDirectory, 'postgres', 'data');
  opened = [];
  children = [];
});

afterEach(async () => {
  for (const postgres of opened) await postgres.stop();
  for (const child of children) await kill(child);
  const postmaster = findPostmaster(data);
  if (postmaster) await killPostmaster();
  await rm(dataDirectory, { recursive: true });
});

async function start(): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDirectory, log: () => {}, durable: false });
  opened.push(postgres);
  return postgres;
}

/** Starts it in a separate process, as users do. */
function spawnProcess(): NodeProcess {
  const script = fileURLToPath(new URL('../support/embeddedPostgresProcess.ts', import.meta.url));
  const child = startNode(['--import', 'tsx', script, dataDirectory]);
  child.stderr.resume();
  children.push(child);
  return child;
}

async function startProcess(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawnProcess();
  const [url] = await once(child.stdout, 'data');
  return { child, url: String(url).trim() };
}

async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

const postmasterPid = (): number => findPostmaster(data)?.pid ?? 0;

async function killPostmaster(): Promise<void> {
  process.kill(postmasterPid(), 'SIGKILL');
  await waitFor(() => findPostmaster(data) === null);
}

async function run(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Also false while the server does not answer. */
const isTrue = (url: string, sql: string): Promise<boolean> =>
  run(url, sql).then(
    ([row]) => Object(row).yes === true,
    () => false,
  );

/** Waits until so many processes hold a lease. PostgreSQL notices some time after a process was killed. */
const leases = (url: string, count: number) =>
  waitFor(() => isTrue(url, `select count(*) = ${count} as yes from pg_locks where locktype = 'advisory'`));

const note = (url: string) => run(url, 'create table if not exists note (id int); insert into note values (1)');
const notes = (url: string) => run(url, 'select id from note');

test('data survives a stop and a start of the embedded PostgreSQL', async () => {
  const first = await start();
  await note(first.url);
  await first.stop();
  expect(findPostmaster(data)).toBeNull();
  expect(await readdir(data)).not.toContain('postmaster.pid');
  expect(await notes((await start()).url)).toEqual([{ id: 1 }]);
});

test('the embedded PostgreSQL accepts local connections with its password only and sorts the same on every machine', async () => {
  const { url } = await start();
  // Lines of the file: the port, the directory of the Unix socket, the address.
  const [port, socketDirectory, address] = (await readFile(path.join(data, 'postmaster.pid'), 'utf8'))
    .split('\n')
    .slice(3);
  expect([port, socketDirectory, address]).toEqual([new URL(url).port, '', '127.0.0.1']);
  expect(await run(url, `select x from unnest(array['b', 'Z', 'ä', 'a']) x order by x`)).toEqual([
    { x: 'Z' },
    { x: 'a' },
    { x: 'b' },
    { x: 'ä' },
  ]);
  const stranger = new URL(url);
  stranger.password = 'guessed';
  await expect(run(stranger.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  const { mode } = await stat(path.join(dataDirectory, 'postgres', 'password'));
  expect(mode & 0o777).toBe(0o600);
});

describe('kill -9 and the embedded PostgreSQL', () => {
  test('after kill -9 of the server, the next one takes over the running PostgreSQL and stops it', async () => {
    const { child, url } = await startProcess();
    await note(url);
    const pid = postmasterPid();
    await kill(child);
    const next = await start();
    expect([postmasterPid(), next.url]).toEqual([pid, url]);
    expect(await notes(next.url)).toEqual([{ id: 1 }]);
    await leases(url, 1);
    await next.stop();
    expect(findPostmaster(data)).toBeNull();
  });

  test('after kill -9 of PostgreSQL, it restarts at the same address', async () => {
    const { url } = await start();
    await note(url);
    const pid = postmasterPid();
    await killPostmaster();
    await waitFor(() => postmasterPid() !== pid && postmasterPid() !== 0);
    await waitFor(() => isTrue(url, 'select count(*) = 1 as yes from note'));
  });

  test('after kill -9 of the server and PostgreSQL, the next start recovers', async () => {
    const { child, url } = await startProcess();
    await note(url);
    await kill(child);
    await killPostmaster();
    expect(await notes((await start()).url)).toEqual([{ id: 1 }]);
  });

  test.each([
    ['another program has its process id', () => shell('echo $$; exec cat')],
    ['a zombie has its process id', zombie],
  ])('after kill -9 of the server and PostgreSQL, the next start recovers even if %s', async (_, takePid) => {
    const { child, url } = await startProcess();
    await note(url);
    await kill(child);
    await killPostmaster();
    const pidFile = path.join(data, 'postmaster.pid');
    const lines = (await readFile(pidFile, 'utf8')).split('\n');
    await writeFile(pidFile, [await takePid(), ...lines.slice(1)].join('\n'));
    expect(await notes((await start()).url)).toEqual([{ id: 1 }]);
  });

  test('after kill -9 during the creation of the database files, the next start creates them again', async () => {
    const watcher = watch(dataDirectory);
    const creating = new Promise<void>((resolve) =>
      watcher.on('change', (_, name) => String(name).startsWith('postgres.new-') && resolve()),
    );
    const child = spawnProcess();
    await creating;
    watcher.close();
    await kill(child);
    expect(await run((await start()).url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await readdir(dataDirectory)).filter((name) => name.startsWith('postgres.new-'))).toEqual([]);
  });
});

/**
 * Runs a script, whose stdin stays open, as PostgreSQL's user, because PostgreSQL ignores the processes of other users.
 * Returns the number that it prints first.
 */
async function shell(script: string): Promise<number> {
  const user = postgresUser();
  const as = user ? { uid: user.uid, gid: user.gid } : {};
  const parent = spawn('sh', ['-c', script], { cwd: '/', stdio: ['pipe', 'pipe', 'inherit'], ...as });
  children.push(parent);
  const [line] = await once(parent.stdout, 'data');
  return Number(line);
}

/** Returns the id of a process that has ended and whose parent never waits for it. */
async function zombie(): Promise<number> {
  const pid = await shell('exec 3<&0; cat <&3 & echo $!; exec cat');
  const parent = children.at(-1);
  await waitFor(async () => (await readFile(`/proc/${parent?.pid}/comm`, 'utf8')) === 'cat\n');
  process.kill(pid);
  await waitFor(async () => (await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') Z '));
  return pid;
}

describe('several processes on one data directory', () => {
  test('processes that start together share one PostgreSQL and the last one stops it', async () => {
    const [first, second, third] = await Promise.all([startProcess(), startProcess(), start()]);
    expect(new Set([first.url, second.url, third.url]).size).toBe(1);
    await kill(first.child, 'SIGTERM');
    await third.stop();
    await note(second.url);
    await kill(second.child, 'SIGTERM');
    expect(findPostmaster(data)).toBeNull();
  });

  test('the last process stops PostgreSQL even if another was killed', async () => {
    const first = await startProcess();
    const second = await start();
    await kill(first.child);
    await leases(first.url, 1);
    await second.stop();
    expect(findPostmaster(data)).toBeNull();
  });

  test('a process finds PostgreSQL again after it was killed, even if another process had started it', async () => {
    const { child, url } = await startProcess();
    await start();
    await note(url);
    await killPostmaster();
    await leases(url, 2);
    await kill(child, 'SIGTERM');
    expect(await notes(url)).toEqual([{ id: 1 }]);
  });
});

describe('errors at start of the embedded PostgreSQL', () => {
  test('database files of another major version are rejected', async () => {
    await (await start()).stop();
    await writeFile(path.join(data, 'PG_VERSION'), '14\n');
    await expect(start()).rejects.toThrow('belong to PostgreSQL 14');
  });

  test.runIf(process.getuid?.() === 0)(
    'a data directory that the user of PostgreSQL cannot reach is rejected',
    async () => {
      await chmod(dataDirectory, 0o700);
      await expect(start()).rejects.toThrow('Set FLOWQL_DATA_DIR to another directory');
    },
  );

  test('an invalid PostgreSQL setting is reported', async () => {
    await (await start()).stop();
    await writeFile(path.join(data, 'postgresql.auto.conf'), 'work_mem = nonsense\n');
    await expect(start()).rejects.toThrow(/did not start:.*(work_mem|configuration)/s);
  });
});
