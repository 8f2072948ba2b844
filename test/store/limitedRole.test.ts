import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from '../../src/store/connection/migrate.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/embedded/embeddedPostgres.ts';
import { freePort, launchPostgres } from '../../src/store/embedded/launchPostgres.ts';
import { createLimitedRole } from '../../src/store/embedded/limitedRole.ts';
import { type PostgresBinaries, postgresBinaries } from '../../src/store/embedded/postgresBinaries.ts';
import { findPostgresDirectory, type PostgresDirectory } from '../../src/store/embedded/postgresDirectory.ts';
import { type PostgresLease, postgresUrl, returnLease, tryLease } from '../../src/store/embedded/postgresLease.ts';
import { postgresUser } from '../../src/store/embedded/postgresUser.ts';
import { findPostmaster } from '../../src/store/embedded/postmaster.ts';
import { type GuardedDirectory, guardedDirectory } from '../support/guardedDirectory.ts';
import { type NodeProcess, startNode } from '../support/startNode.ts';
import { waitFor } from '../support/waitFor.ts';

/** What the server's role must not be able to do. */
const FORBIDDEN = [
  `copy (select 1) to program 'id'`,
  `create temp table lines (line text); copy lines from program 'id'`,
  `create temp table lines (line text); copy lines from '/etc/passwd'`,
  `copy (select 1) to '/tmp/flowql-test-export'`,
  `select pg_read_file('/etc/passwd')`,
  `select pg_read_binary_file('postgresql.conf')`,
  `select pg_ls_dir('.')`,
  `select lo_import('/etc/passwd')`,
  `select lo_export(lo_from_bytea(0, 'x'), '/tmp/flowql-test-export')`,
  'create function run() returns int language c as $$libc$$, $$rand$$',
  `alter system set work_mem = '1GB'`,
  'set session_replication_role = replica',
  'create role other',
  'create database other',
  'alter role current_user superuser',
  'select * from pg_authid',
  'create table pg_catalog.planted (id int)',
];

const POWERS = `
  select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
    array(select o.rolname::text from pg_roles o where pg_has_role(o.oid, 'member') order by 1) as member_of
  from pg_roles where rolname = current_user`;

/** Everything in the database that another role owns. Ids below 16384 are PostgreSQL's own. */
const OBJECTS_OF_OTHERS = `
  select name from (
    select oid, relname, relowner from pg_class where relnamespace <> 'pg_toast'::regnamespace
    union all select oid, typname, typowner from pg_type where typnamespace <> 'pg_toast'::regnamespace
    union all select oid, proname, proowner from pg_proc
    union all select oid, nspname, nspowner from pg_namespace where nspname !~ '^pg_'
    union all select 16384, datname, datdba from pg_database where datname = current_database()
  ) as object (oid, name, owner) where oid >= 16384 and owner <> current_user::regrole`;

let directory: GuardedDirectory;
let dataDirectory: string;
let cluster: string;
let opened: EmbeddedPostgres[];
let processes: NodeProcess[];
let binaries: PostgresBinaries;
const options = { user: postgresUser(), durable: false };

beforeAll(async () => {
  directory = await guardedDirectory();
});
afterAll(() => directory.remove());

beforeEach(async () => {
  dataDirectory = await mkdtemp(path.join(directory.path, 'data-'));
  await chmod(dataDirectory, 0o755);
  cluster = path.join(dataDirectory, 'postgres');
  opened = [];
  processes = [];
  binaries = await postgresBinaries(dataDirectory, options.user);
});

afterEach(async () => {
  for (const postgres of opened) await postgres.stop();
  for (const child of processes) child.kill('SIGKILL');
});

async function start(): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataDirectory, log: () => {}, durable: false });
  opened.push(postgres);
  return postgres.url;
}

async function run(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function expectLimitedRole(url: string): Promise<void> {
  expect(await run(url, POWERS)).toEqual([
    {
      rolsuper: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      rolbypassrls: false,
      member_of: ['flowql_server', 'pg_database_owner'],
    },
  ]);
  const [superuser] = await run(url, 'select rolname from pg_roles where rolsuper');
  const role = Object(superuser).rolname;
  for (const sql of [...FORBIDDEN, `set role ${role}`, `alter role ${role} login`])
    await expect(run(url, sql), sql).rejects.toMatchObject({ code: '42501' });
  const template = new URL(url);
  template.pathname = '/template1';
  await expect(run(template.href, 'select 1')).rejects.toMatchObject({ code: '42501' });
  expect(await run(url, OBJECTS_OF_OTHERS)).toEqual([]);
  expect(await run(url, 'select 1 from pg_roles where rolsuper and rolcanlogin')).toEqual([]);
}

test('the whole server connects as a role that owns its database and can do nothing outside it', async () => {
  const flowql = fileURLToPath(new URL('../../src/cli/flowql.ts', import.meta.url));
  const server = startNode(['--import', 'tsx', flowql, 'serve', '--port', '0', '--data-dir', dataDirectory]);
  processes.push(server);
  server.stdout.resume();
  for await (const lines of server.stderr) if (String(lines).includes('GraphiQL')) break;
  const found = await findPostgresDirectory(dataDirectory);
  if (!found) throw new Error('The server has no database.');
  const url = postgresUrl(found, findPostmaster(found.data)?.port ?? 0);
  expect(await run(url, `select distinct usename from pg_stat_activity where backend_type = 'client backend'`)).toEqual(
    [{ usename: 'flowql_server' }],
  );
  await expectLimitedRole(url);
  server.kill('SIGTERM');
  await once(server, 'exit');
});

describe('database files of version 0.1, whose role is a superuser', () => {
  beforeEach(makeOldFiles);

  /** As version 0.1 made them. */
  async function makeOldFiles(): Promise<void> {
    const { user } = options;
    const passwordFile = path.join(cluster, 'password');
    await mkdir(cluster, { mode: 0o700 });
    await writeFile(passwordFile, 'old-password', { mode: 0o600 });
    if (user) for (const owned of [passwordFile, cluster]) await chown(owned, user.uid, user.gid);
    await promisify(execFile)(
      path.join(binaries.bin, 'initdb'),
      [
        ...['--locale-provider=builtin', '--locale=C.UTF-8', '--encoding=UTF8', '--auth=scram-sha-256', '--no-sync'],
        ...['--username=flowql', `--pwfile=${passwordFile}`, `--pgdata=${path.join(cluster, 'data')}`],
      ],
      { cwd: '/', ...(user && { uid: user.uid, gid: user.gid }) },
    );
  }

  /** Starts a PostgreSQL on the old files, as version 0.1 did. */
  async function startOld(): Promise<{ lease: PostgresLease; found: PostgresDirectory }> {
    const found = await findPostgresDirectory(dataDirectory);
    if (!found) throw new Error('There are no database files.');
    const port = await freePort();
    launchPostgres(found, binaries, { ...options, port, connections: 0 });
    await waitFor(() => findPostmaster(found.data) !== null);
    for (;;) {
      const client = await tryLease(postgresUrl(found, port, 'flowql'));
      if (client) return { lease: { client, port }, found };
    }
  }

  test('are converted, with everything in them', async () => {
    const { lease, found } = await startOld();
    await lease.client.query(`do $$ begin
      create type colour as enum ('red');
      create domain positive as int check (value > 0);
      create schema other;
      create table other.pair (id serial primary key, n int generated always as identity, colour colour);
      create view seen as select 1 as one;
      create materialized view kept as select 1 as one;
      create sequence numbers;
      create type couple as (a int, b int);
      create function one() returns int language sql as 'select 1';
      create procedure nothing() language sql as '';
      create extension if not exists plpgsql;
    end $$`);
    expect(await returnLease(lease, found)).toBe(true);
    const url = await start();
    await expectLimitedRole(url);
    await migrate(url);
    await expectLimitedRole(url);
    expect(await run(url, `insert into other.pair (colour) values ('red') returning id`)).toEqual([{ id: 1 }]);
  });

  test('are converted again after kill -9 between the transaction and the file that names the role', async () => {
    await createLimitedRole(cluster, binaries, options);
    await rm(path.join(cluster, 'role'));
    await expectLimitedRole(await start());
  });

  test('are converted once by processes that start together', async () => {
    const urls = await Promise.all([start(), start(), start()]);
    expect(new Set(urls).size).toBe(1);
    await expectLimitedRole(urls[0] ?? '');
  });

  test('are converted even if a killed server left its PostgreSQL running', async () => {
    const { lease, found } = await startOld();
    await lease.client.query('create table note as select 1 as id');
    await lease.client.end();
    const url = await start();
    await expectLimitedRole(url);
    expect(await run(url, 'select id from note')).toEqual([{ id: 1 }]);
    expect(findPostmaster(found.data)?.port).toBe(Number(new URL(url).port));
  });

  test('are not converted while version 0.1 uses them', async () => {
    const { lease, found } = await startOld();
    await expect(start()).rejects.toThrow('A FlowQL of version 0.1 uses the database');
    expect((await lease.client.query('select rolsuper from pg_roles where rolname = current_user')).rows).toEqual([
      { rolsuper: true },
    ]);
    expect(await returnLease(lease, found)).toBe(true);
    await expectLimitedRole(await start());
  });
});

describe('the owner of the data directory', () => {
  test('a new data directory and its files can be read by their owner only', async () => {
    const made = path.join(directory.path, `data-${process.pid}`);
    const postgres = await startEmbeddedPostgres({ dataDirectory: made, log: () => {}, durable: false });
    opened.push(postgres);
    const modeOf = async (...names: string[]) => ((await stat(path.join(made, ...names))).mode & 0o777).toString(8);
    // As root, PostgreSQL's user must traverse the outer directory.
    expect(await modeOf()).toBe(options.user ? '755' : '700');
    expect(await modeOf('postgres')).toBe('700');
    expect(await modeOf('postgres', 'data')).toBe('700');
    expect(await modeOf('postgres', 'password')).toBe('600');
    expect(await modeOf('postgres', 'role')).toBe('600');
  });

  test.each([
    ['the group', 0o775],
    ['everybody', 0o777],
    ['everybody, with the sticky bit', 0o1777],
  ])('a data directory in which %s can write is rejected', async (_, mode) => {
    await chmod(dataDirectory, mode);
    await expect(start()).rejects.toThrow(`Run: chmod go-w ${dataDirectory}`);
    expect(await readdir(dataDirectory)).toEqual([]);
  });

  test('database files in a directory in which others can write are rejected', async () => {
    await mkdir(cluster);
    if (options.user) await chown(cluster, options.user.uid, options.user.gid);
    await chmod(cluster, 0o722);
    await expect(start()).rejects.toThrow(`Run: chmod go-w ${cluster}`);
  });

  test.runIf(process.getuid?.() === 0)('a data directory of another user is rejected', async () => {
    await chown(dataDirectory, 4242, 0);
    await expect(start()).rejects.toThrow(`${dataDirectory} belongs to the user with id 4242`);
    await chown(dataDirectory, 0, 0);
    await mkdir(cluster);
    await chown(cluster, 4242, 0);
    await expect(start()).rejects.toThrow(`${cluster} belongs to the user with id 4242`);
  });
});
