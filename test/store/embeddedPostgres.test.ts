import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/embedded/embeddedPostgres.ts';
import { postgresUser } from '../../src/store/embedded/postgresUser.ts';
import { findPostmaster } from '../../src/store/embedded/postmaster.ts';
import { waitFor } from '../support/waitFor.ts';

let dataDirectory: string;
let data: string;
let opened: EmbeddedPostgres[];
let children: ChildProcess[];

beforeEach(async () => {
  dataDirectory = await mkdtemp(path.join(tmpdir(), 'flowql-embedded-'));
  // As root we run PostgreSQL as another user, who must get in.
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

/** The same in a process of its own, as users have it. */
function spawnProcess(): ChildProcess & { stdout: Readable } {
  const script = fileURLToPath(new URL('../support/embeddedPostgresProcess.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, dataDirectory], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
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

/** False while the server does not answer, too. */
const isTrue = (url: string, sql: string): Promise<boolean> =>
  run(url, sql).then(
    ([row]) => Object(row).yes === true,
    () => false,
  );

const note = (url: string) => run(url, 'create table if not exists note (id int); insert into note values (1)');
const notes = (url: string) => run(url, 'select id from note');

test('what is written lasts over a stop and a start', async () => {
  const first = await start();
  await note(first.url);
  await first.stop();
  expect(findPostmaster(data)).toBeNull();
  expect(await readdir(data)).not.toContain('postmaster.pid');
  expect(await notes((await start()).url)).toEqual([{ id: 1 }]);
});

test('the server is for this machine and for who knows its password, and sorts the same everywhere', async () => {
  const { url } = await start();
  expect(
    await run(
      url,
      `select name, setting from pg_settings where name in ('listen_addresses', 'unix_socket_directories') order by 1`,
    ),
  ).toEqual([
    { name: 'listen_addresses', setting: '127.0.0.1' },
    { name: 'unix_socket_directories', setting: '' },
  ]);
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

describe('after kill -9', () => {
  test('of our process, the next one goes on with the same PostgreSQL, and stops it', async () => {
    const { child, url } = await startProcess();
    await note(url);
    const pid = postmasterPid();
    await kill(child);
    const next = await start();
    expect([postmasterPid(), next.url]).toEqual([pid, url]);
    expect(await notes(next.url)).toEqual([{ id: 1 }]);
    await next.stop();
    expect(findPostmaster(data)).toBeNull();
  });

  test('of PostgreSQL, it is back at the same address', async () => {
    const { url } = await start();
    await note(url);
    const pid = postmasterPid();
    await killPostmaster();
    await waitFor(() => postmasterPid() !== pid && postmasterPid() !== 0);
    await waitFor(() => isTrue(url, 'select count(*) = 1 as yes from note'));
  });

  test('of both, the next start recovers', async () => {
    const { child, url } = await startProcess();
    await note(url);
    await kill(child);
    await killPostmaster();
    expect(await notes((await start()).url)).toEqual([{ id: 1 }]);
  });

  test.each([
    ['another program has its number', () => shell('echo $$; exec sleep 60')],
    ['nobody reaps, and it is a zombie', zombie],
  ])('of both, the next start recovers, also where %s', async (_, takePid) => {
    const { child, url } = await startProcess();
    await note(url);
    await kill(child);
    await killPostmaster();
    const pidFile = path.join(data, 'postmaster.pid');
    const lines = (await readFile(pidFile, 'utf8')).split('\n');
    await writeFile(pidFile, [await takePid(), ...lines.slice(1)].join('\n'));
    expect(await notes((await start()).url)).toEqual([{ id: 1 }]);
  });

  test('while the database files were made, they are made anew', async () => {
    const child = spawnProcess();
    await waitFor(async () => (await readdir(dataDirectory)).some((name) => name.startsWith('postgres.new-')));
    await kill(child);
    expect(await run((await start()).url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await readdir(dataDirectory)).filter((name) => name.startsWith('postgres.new-'))).toEqual([]);
  });
});

/** Runs as PostgreSQL's user, as it would be: PostgreSQL disregards the processes of others. */
async function shell(script: string): Promise<number> {
  const user = postgresUser();
  const as = user ? { uid: user.uid, gid: user.gid } : {};
  const parent = spawn('sh', ['-c', script], { cwd: '/', stdio: ['ignore', 'pipe', 'inherit'], ...as });
  children.push(parent);
  const [line] = await once(parent.stdout, 'data');
  return Number(line);
}

/** A process that has ended and whose parent never asks for it. */
async function zombie(): Promise<number> {
  const pid = await shell('sleep 0.1 & echo $!; exec sleep 60');
  await waitFor(async () => (await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') Z '));
  return pid;
}

describe('several processes on one directory', () => {
  test('that start at once share one PostgreSQL, and the last one out stops it', async () => {
    const [first, second, third] = await Promise.all([startProcess(), startProcess(), start()]);
    expect(new Set([first.url, second.url, third.url]).size).toBe(1);
    await kill(first.child, 'SIGTERM');
    await third.stop();
    await note(second.url);
    await kill(second.child, 'SIGTERM');
    expect(findPostmaster(data)).toBeNull();
  });

  test('do not wait for one that was killed', async () => {
    const first = await startProcess();
    const second = await start();
    await kill(first.child);
    await second.stop();
    expect(findPostmaster(data)).toBeNull();
  });

  test('find it again after it was killed, whoever started it', async () => {
    const { child, url } = await startProcess();
    await start();
    await note(url);
    await killPostmaster();
    await waitFor(() => isTrue(url, `select count(*) = 2 as yes from pg_locks where locktype = 'advisory'`));
    await kill(child, 'SIGTERM');
    expect(await notes(url)).toEqual([{ id: 1 }]);
  });
});

describe('what cannot work is said', () => {
  test('files of another major version', async () => {
    await (await start()).stop();
    await writeFile(path.join(data, 'PG_VERSION'), '14\n');
    await expect(start()).rejects.toThrow('belong to PostgreSQL 14');
  });

  test.runIf(process.getuid?.() === 0)('a directory that the user of PostgreSQL cannot reach', async () => {
    await chmod(dataDirectory, 0o700);
    await expect(start()).rejects.toThrow('Set FLOWQL_DATA_DIR to another directory');
  });

  test('a setting of PostgreSQL that keeps it from starting', async () => {
    await (await start()).stop();
    await writeFile(path.join(data, 'postgresql.auto.conf'), 'work_mem = nonsense\n');
    await expect(start()).rejects.toThrow(/did not start:.*(work_mem|configuration)/s);
  });
});
