import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatInstant, parseInstant } from '../../src/core/values/instant.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { instantFromColumn } from '../../src/store/connection/columnParsers.ts';
import { type Database, statement, type Transaction } from '../../src/store/connection/database.ts';
import { isOneRowsFault, isTransient } from '../../src/store/connection/databaseErrors.ts';
import { openDatabase } from '../../src/store/connection/openDatabase.ts';
import { preparedNames } from '../../src/store/connection/preparedNames.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { waitFor } from '../support/waitFor.ts';

let opened: TestDatabase;
let database: Database;
beforeAll(async () => {
  opened = await testDatabase();
  database = opened.database;
});
afterAll(() => opened.drop());

const selectOne = statement('test.one', 'select 1 as one');
const killMine = statement('test.killMine', 'select pg_terminate_backend(pg_backend_pid())');
const killListeners = statement(
  'test.killListeners',
  `select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' and datname = current_database()`,
);

describe('columns', () => {
  test.each([
    ['2026-11-21 01:08:00.563414+00', '2026-11-21T01:08:00.563414Z'],
    ['2026-11-21 01:08:00+00', '2026-11-21T01:08:00.000000Z'],
    ['2026-11-21 01:08:00.5+00', '2026-11-21T01:08:00.500000Z'],
    ['2026-11-21 01:08:00.000001+00', '2026-11-21T01:08:00.000001Z'],
    ['2024-02-29 23:59:59.999999+00', '2024-02-29T23:59:59.999999Z'],
    ['1969-12-31 23:59:59.25+00', '1969-12-31T23:59:59.250000Z'],
    ['2026-11-21 01:08:00+02', '2026-11-20T23:08:00.000000Z'],
    ['2026-11-21 01:08:00.5-03:30', '2026-11-21T04:38:00.500000Z'],
  ])('the database time %s is read as %s', (text, expected) => {
    expect(formatInstant(instantFromColumn(text))).toBe(expected);
  });

  test.each(['infinity', '-infinity', '0044-03-15 12:00:00+00 BC', '10000-01-01 00:00:00+00'])(
    'the database time %s raises an error',
    (text) => expect(() => instantFromColumn(text)).toThrow(text),
  );

  test('a time keeps its microseconds through the database', async () => {
    const times = ['2026-11-21T01:08:00.563414Z', '1999-12-31T23:59:59.999999Z', '2254-06-05T04:03:02.000001Z'];
    const [row] = await database.query<{ one: number; two: number; three: number }>(
      statement('test.times', 'select $1::timestamptz as one, $2::timestamptz as two, $3::timestamptz as three'),
      times,
    );
    expect(row && [row.one, row.two, row.three]).toEqual(times.map(parseInstant));
  });

  test('a bigint is read as a number and jsonb as its value', async () => {
    const [row] = await database.query(
      statement('test.kinds', 'select 9007199254740991::bigint as big, $1::jsonb as json, null::timestamptz as never'),
      [JSON.stringify({ list: [1, 'two', null] })],
    );
    expect(row).toEqual({ big: Number.MAX_SAFE_INTEGER, json: { list: [1, 'two', null] }, never: null });
  });

  test('Prisma reads the same rows', async () => {
    const tenant = await database.prisma.tenant.findUniqueOrThrow({ where: { id: DEFAULT_TENANT_ID } });
    const [row] = await database.query<{ created: number }>(
      statement('test.tenant', 'select created from tenant where id = $1'),
      [DEFAULT_TENANT_ID],
    );
    expect(tenant.created.getTime()).toBe(Math.floor((row?.created ?? 0) / 1000));
  });
});

describe('prepared statements', () => {
  test('a statement name with two texts is prepared twice', async () => {
    expect(await database.query(statement('test.twice', 'select 1 as value'))).toEqual([{ value: 1 }]);
    expect(await database.query(statement('test.twice', 'select 2 as value'))).toEqual([{ value: 2 }]);
  });

  test('a limited number of statement texts is prepared', () => {
    const name = preparedNames(2);
    const names = ['a', 'b', 'c', 'a'].map((text) => name('page', text));
    expect(names).toEqual(['page/0', 'page/1', '', 'page/0']);
  });

  test('statements are counted by name, also inside transactions', async () => {
    const seen: string[] = [];
    database.onStatement = (name) => seen.push(name);
    await database.query(selectOne);
    await database.transaction((transaction) => transaction.query(selectOne));
    database.onStatement = null;
    expect(seen).toEqual(['test.one', 'test.one']);
  });
});

describe('transactions', () => {
  const insert = statement('test.insert', 'insert into tenant (id, name, slug) values (gen_random_uuid(), $1, $1)');
  const find = statement('test.find', 'select name from tenant where slug = $1');

  test('a transaction whose work returns is committed', async () => {
    await database.transaction((transaction) => transaction.query(insert, ['kept']));
    expect(await database.query(find, ['kept'])).toHaveLength(1);
  });

  test('a transaction whose work throws is rolled back and throws the same error', async () => {
    const failure = new Error('no');
    const work = database.transaction(async (transaction) => {
      await transaction.query(insert, ['gone']);
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await database.query(find, ['gone'])).toEqual([]);
  });

  test('a statement after the end of its transaction is rejected and not executed', async () => {
    const late = await database.transaction(async (transaction) => () => transaction.query(insert, ['late']));
    await expect(late()).rejects.toThrow('was sent after the end of its transaction');
    expect(await database.query(find, ['late'])).toEqual([]);
  });

  test('the first statement that fails fails the whole transaction', async () => {
    const work = database.transaction((transaction) =>
      Promise.all([
        transaction.query(insert, ['together']),
        transaction.query(statement('test.divide', 'select 1 / 0')),
        transaction.query(insert, ['together too']),
      ]),
    );
    await expect(work).rejects.toThrow('division by zero');
    expect(await database.query(find, ['together'])).toEqual([]);
    expect(await database.query(find, ['together too'])).toEqual([]);
  });

  test('a sent statement is committed and its rows arrive by the end of the transaction', async () => {
    const names: string[] = [];
    await database.transaction(async (transaction) => {
      transaction.send(insert, ['sent']);
      transaction.send<{ name: string }>(find, ['sent'], (rows) => names.push(...rows.map(({ name }) => name)));
    });
    expect(names).toEqual(['sent']);
    expect(await database.query(find, ['sent'])).toHaveLength(1);
  });

  test('a sent statement that fails rolls back the transaction with its error, regardless of later statements', async () => {
    const divide = statement('test.divide', 'select 1 / 0');
    for (const behind of [async () => {}, (transaction: Transaction) => transaction.query(selectOne)]) {
      const work = database.transaction(async (transaction) => {
        transaction.send(insert, ['sent in vain']);
        transaction.send(divide, []);
        await behind(transaction);
      });
      await expect(work).rejects.toThrow('division by zero');
    }
    expect(await database.query(find, ['sent in vain'])).toEqual([]);
    expect(await database.query(selectOne)).toEqual([{ one: 1 }]);
  });

  test('a connection lost during the commit is UNAVAILABLE and the work is not retried', async () => {
    const work = database.transaction(async (transaction) => transaction.send(killMine, []));
    const error = await work.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UNAVAILABLE' });
    expect([isTransient(error), isOneRowsFault(error)]).toEqual([false, false]);
  });

  test('a transaction whose work swallows an error still fails', async () => {
    const work = database.transaction(async (transaction) => {
      await transaction.query(insert, ['swallowed']);
      await transaction.query(statement('test.bad', 'select 1 / 0')).catch(() => {});
    });
    await expect(work).rejects.toThrow('after one of its statements failed');
  });
});

describe('an unreachable database', () => {
  test('a database that was never reachable is UNAVAILABLE', async () => {
    await expect(openDatabase({ url: 'postgresql://unknown@127.0.0.1:1/none' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  test('a connection that the database ends is UNAVAILABLE and the next statement gets a new one', async () => {
    await expect(database.query(killMine)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const work = database.transaction((transaction) => transaction.query(killMine));
    await expect(work).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await database.query(selectOne)).toEqual([{ one: 1 }]);
  });

  test('an error in a statement keeps its SQL state', async () => {
    await expect(database.query(statement('test.fault', 'select nothing'))).rejects.toMatchObject({ code: '42703' });
  });

  test('a statement waits for a lock for less time than a statement may take', async () => {
    const show = statement(
      'test.timeouts',
      `select name, setting::int as ms from pg_settings where name in ('lock_timeout', 'statement_timeout')`,
    );
    const rows = await database.query<{ name: string; ms: number }>(show);
    const timeouts = Object.fromEntries(rows.map(({ name, ms }) => [name, ms]));
    expect(timeouts).toEqual({ lock_timeout: 10_000, statement_timeout: 30_000 });
  });

  test('a statement that waits too long for a lock is UNAVAILABLE, also through Prisma', async () => {
    const lock = statement('test.lockTenant', 'select id from tenant where id = $1 for update');
    const hurry = statement('test.hurry', `set local lock_timeout = '20ms'`);
    const expected = { code: 'UNAVAILABLE', message: expect.stringContaining('holds a lock for too long') };
    await database.transaction(async (holder) => {
      await holder.query(lock, [DEFAULT_TENANT_ID]);
      const waits = (work: (waiting: Transaction) => Promise<unknown>) =>
        database.transaction(async (waiting) => {
          await waiting.query(hurry);
          return work(waiting);
        });
      await expect(waits((waiting) => waiting.query(lock, [DEFAULT_TENANT_ID]))).rejects.toMatchObject(expected);
      const rename = { where: { id: DEFAULT_TENANT_ID }, data: { name: 'renamed' } };
      await expect(waits(({ prisma }) => prisma.tenant.update(rename))).rejects.toMatchObject(expected);
    });
  });

  test('a statement that waits too long for a connection is UNAVAILABLE', async () => {
    const small = await openDatabase({ url: opened.url, poolSize: 1 });
    const never = new AbortController();
    const holding = small.transaction(
      () => new Promise<void>((resolve) => never.signal.addEventListener('abort', () => resolve())),
    );
    await expect(small.query(selectOne)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    never.abort();
    await holding;
    await small.close();
  });
});

describe('listening', () => {
  const notify = statement('test.notify', `select pg_notify('test', $1)`);

  test('a listener receives messages, also after its connection was lost', async () => {
    const messages: string[] = [];
    let connections = 0;
    const listener = await database.listen('test', {
      message: (payload) => messages.push(payload),
      connected: () => connections++,
    });
    await database.query(notify, ['first']);
    await waitFor(() => messages.includes('first'));
    await database.query(killListeners);
    await waitFor(() => connections === 2);
    await database.query(notify, ['second']);
    await waitFor(() => messages.includes('second'));
    await listener.close();
    expect(messages).toEqual(['first', 'second']);
  });
});
