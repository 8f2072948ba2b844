import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { statement } from '../../src/store/connection/database.ts';
import { migrate } from '../../src/store/connection/migrate.ts';
import { openDatabase } from '../../src/store/connection/openDatabase.ts';
import { createTestDatabase } from '../support/postgres.ts';

let url: string;
let drop: () => Promise<void>;
let directory: string;
beforeEach(async () => {
  ({ url, drop } = await createTestDatabase());
  directory = await mkdtemp(path.join(tmpdir(), 'flowql-migrations-'));
});
afterEach(async () => {
  await drop();
  await rm(directory, { recursive: true });
});

async function write(name: string, sql: string): Promise<void> {
  await mkdir(path.join(directory, name), { recursive: true });
  await writeFile(path.join(directory, name, 'migration.sql'), sql);
}

async function select(sql: string): Promise<unknown[]> {
  const database = await openDatabase({ url });
  const rows = await database.query(statement('test.select', sql));
  await database.close();
  return rows;
}

const books = `select migration_name, applied_steps_count, finished_at is not null as finished, length(checksum) as digits
  from _prisma_migrations order by migration_name`;

test('an empty database gets every migration once, and the default tenant', async () => {
  const { applied } = await migrate(url);
  expect(applied.length).toBeGreaterThan(0);
  expect(await migrate(url)).toEqual({ applied: [] });
  expect(await select('select id, slug from tenant')).toEqual([{ id: DEFAULT_TENANT_ID, slug: 'default' }]);
  expect(await select(books)).toEqual(
    applied.map((migration_name) => ({ migration_name, applied_steps_count: 1, finished: true, digits: 64 })),
  );
});

test('only one of five processes that start together migrates', async () => {
  const results = await Promise.all(Array.from({ length: 5 }, () => migrate(url)));
  expect(results.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
});

test('new migrations are applied in the order of their names', async () => {
  await write('1_one', 'create table one (id int)');
  expect(await migrate(url, { directory })).toEqual({ applied: ['1_one'] });
  await write('3_three', 'alter table two add three int');
  await write('2_two', 'create table two (id int); insert into one values (1)');
  expect(await migrate(url, { directory })).toEqual({ applied: ['2_two', '3_three'] });
  expect(await select('select one.id, three from one left join two on true')).toEqual([{ id: 1, three: null }]);
});

test('a migration that fails changes nothing and keeps those before it', async () => {
  await write('1_one', 'create table one (id int)');
  await write('2_bad', 'create table two (id int); select 1 / 0');
  await expect(migrate(url, { directory })).rejects.toThrow(
    /Migration 2_bad failed, and changed nothing.*division by zero/,
  );
  expect(await select(`select to_regclass('one') is not null as one, to_regclass('two') is not null as two`)).toEqual([
    { one: true, two: false },
  ]);
  await write('2_bad', 'create table two (id int)');
  expect(await migrate(url, { directory })).toEqual({ applied: ['2_bad'] });
});

test.each([
  ['was changed after it was applied', () => write('1_one', 'create table other (id int)'), '1_one was changed'],
  ['is missing', () => rm(path.join(directory, '1_one'), { recursive: true }), 'newer FlowQL'],
  ['stopped halfway', () => select('update _prisma_migrations set finished_at = null'), 'did not finish'],
])('no migration is applied if an earlier one %s', async (_, spoil, sentence) => {
  await write('1_one', 'create table one (id int)');
  await migrate(url, { directory });
  await spoil();
  await write('2_two', 'create table two (id int)');
  await expect(migrate(url, { directory })).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: expect.stringContaining(sentence),
  });
  expect(await select(`select to_regclass('two') as two`)).toEqual([{ two: null }]);
});

test('a migration that Prisma has rolled back is applied again', async () => {
  await write('1_one', 'create table if not exists one (id int)');
  await migrate(url, { directory });
  await select('update _prisma_migrations set finished_at = null, rolled_back_at = now()');
  expect(await migrate(url, { directory })).toEqual({ applied: ['1_one'] });
});

test('a role without rights to create tables can use an up-to-date database', async () => {
  await migrate(url);
  await select(`do $$ begin
    drop role if exists reader_of_tests;
    create role reader_of_tests login password 'x';
    execute 'grant select on all tables in schema public to reader_of_tests';
  end $$`);
  const reader = new URL(url);
  reader.username = 'reader_of_tests';
  reader.password = 'x';
  expect(await migrate(reader.href)).toEqual({ applied: [] });
});

test('an unreachable database is UNAVAILABLE', async () => {
  await expect(migrate('postgresql://unknown@127.0.0.1:1/none')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
