import { setMaxListeners } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ExactNumber } from '../../src/core/values/exactNumber.ts';
import { parseInstant } from '../../src/core/values/instant.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { type Database, type Statement, statement } from '../../src/store/connection/database.ts';
import { type DatabaseOptions, openDatabase } from '../../src/store/connection/openDatabase.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { waitFor } from '../support/waitFor.ts';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
});
afterAll(() => opened.drop());

const databases: Database[] = [];
afterEach(async () => {
  for (const database of databases.splice(0)) await database.close();
});

async function open(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const database = await openDatabase({ url: opened.url, ...options });
  databases.push(database);
  return database;
}

const selectOne = statement('test.one', 'select 1 as one');
const sleep = statement('test.sleep', 'select pg_sleep(600)');
const SLEEPING = statement(
  'test.sleeping',
  `select from pg_stat_activity where datname = current_database() and query like '%pg_sleep(600)' and state = 'active'`,
);
const sleeping = async () => (await opened.database.query(SLEEPING)).length;
const CONNECTED = statement(
  'test.connected',
  `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
);

/** Starts reads that never end by themselves. */
function slowReads(database: Database, group: string, count: number, text = sleep.text) {
  const gone = new AbortController();
  setMaxListeners(0, gone.signal);
  const reads = database.reads({ group, gone: gone.signal });
  const results = Promise.allSettled(
    Array.from({ length: count }, (_, number) => reads.query(statement('test.sleep', `/* ${number} */ ${text}`))),
  );
  return {
    results,
    async leave() {
      gone.abort();
      return results;
    },
  };
}

describe('slow reads', () => {
  test('more slow reads than connections leave connections to other tenants, to keys and to writes', async () => {
    const database = await open();
    const slow = slowReads(database, 'first', 30);
    await waitFor(async () => (await sleeping()) >= 3);
    expect(await database.reads({ group: 'second' }).query(selectOne)).toEqual([{ one: 1 }]);
    expect(await database.keys.query(selectOne)).toEqual([{ one: 1 }]);
    expect(await database.query(selectOne)).toEqual([{ one: 1 }]);
    expect(await database.writes('first').transaction((writing) => writing.query(selectOne))).toEqual([{ one: 1 }]);
    await slow.leave();
  });

  test.each([10, 2])(
    'slow reads give way to a quick one of the same tenant, with a pool size of %i',
    async (poolSize) => {
      const database = await open({ poolSize, maxWaitMs: 120_000, readTimeoutMs: 120_000 });
      const slow = slowReads(database, 'first', 8);
      await waitFor(async () => (await sleeping()) >= 2);
      expect(await database.reads({ group: 'first' }).query(selectOne)).toEqual([{ one: 1 }]);
      await slow.leave();
    },
  );

  test('a read that gave way is executed again, and has its result', async () => {
    const database = await open({ maxWaitMs: 120_000 });
    const started: string[] = [];
    database.onStatement = (name) => started.push(name);
    const reads = database.reads({ group: 'first' });
    const slow = Array.from({ length: 6 }, (_, number) =>
      reads.query(statement('test.second', `select ${number} as number from pg_sleep(1.5)`)),
    );
    expect(await reads.query(selectOne)).toEqual([{ one: 1 }]);
    expect(await Promise.all(slow)).toEqual([0, 1, 2, 3, 4, 5].map((number) => [{ number }]));
    expect(started.length).toBeGreaterThan(7);
  });

  test('however many reads are waiting, the server has no more connections than it may', async () => {
    const database = await open({ poolSize: 6 });
    const others = (await opened.database.query(CONNECTED)).length;
    const groups = Array.from({ length: 10 }, (_, number) => slowReads(database, `group ${number}`, 5));
    await waitFor(async () => (await sleeping()) >= 2);
    const writes = Array.from({ length: 20 }, () => database.query(selectOne));
    const keys = Array.from({ length: 20 }, () => database.keys.query(selectOne));
    await Promise.all([...writes, ...keys]);
    expect((await opened.database.query(CONNECTED)).length - others).toBeLessThanOrEqual(6);
    for (const { leave } of groups) await leave();
  });
});

describe('the time of a read', () => {
  test('a read that takes too long is cancelled and gets TIMEOUT', async () => {
    const database = await open({ readTimeoutMs: 200 });
    await expect(database.reads({ group: 'first' }).query(sleep)).rejects.toMatchObject({
      code: 'TIMEOUT',
      details: { limit: 'readTimeoutMs', max: 200 },
    });
    await waitFor(async () => (await sleeping()) === 0);
  });

  test('a write may take longer than a read', async () => {
    const database = await open({ readTimeoutMs: 100 });
    const slept = database.query(statement('test.slept', 'select pg_sleep(0.3), 1 as one'));
    expect(await slept).toMatchObject([{ one: 1 }]);
  });

  test('a read cannot write', async () => {
    const database = await open();
    const write = statement('test.write', `insert into tenant (id, name, slug) values (gen_random_uuid(), 'x', 'x')`);
    await expect(database.reads({ group: 'first' }).query(write)).rejects.toThrow('read-only');
  });
});

describe('a client that goes', () => {
  test('its statements are cancelled, those that wait are never executed, and others are unharmed', async () => {
    const database = await open();
    const started: string[] = [];
    const slow = slowReads(database, 'first', 3);
    await waitFor(async () => (await sleeping()) === 3);
    database.onStatement = (name) => started.push(name);
    const waiting = slowReads(database, 'first', 5);
    const kept = database
      .reads({ group: 'second' })
      .query(statement('test.kept', 'select 2 as two from pg_sleep(0.2)'));
    const results = [...(await waiting.leave()), ...(await slow.leave())];
    expect(results.map(({ status }) => status)).toEqual(Array(8).fill('rejected'));
    await waitFor(async () => (await sleeping()) === 0);
    expect(await kept).toEqual([{ two: 2 }]);
    expect(started).toEqual(['test.kept']);
  });

  test('a request that comes when its statement has ended does not cancel the next statement of the connection', async () => {
    const database = await open();
    // About as long as it takes until the client is missed.
    const short = statement('test.short', 'select 1 from pg_sleep(0.02)');
    for (let round = 0; round < 80; round += 1) {
      const gone = new AbortController();
      const abandoned = database.reads({ group: 'first', gone: gone.signal }).query(short);
      setTimeout(() => gone.abort(), round % 6);
      await abandoned.catch(() => {});
      const next = await database
        .reads({ group: 'first' })
        .query(statement('test.next', 'select 1 as one from pg_sleep(0.001)'));
      expect(next).toEqual([{ one: 1 }]);
    }
  });

  test('a full queue is UNAVAILABLE for its tenant only', async () => {
    const database = await open({ maxWaitingReads: 5 });
    const slow = slowReads(database, 'first', 20);
    const full = { code: 'UNAVAILABLE', details: { limit: 'waitingStatements', max: 5 } };
    await expect(database.reads({ group: 'first' }).query(selectOne)).rejects.toMatchObject(full);
    expect(await database.reads({ group: 'second' }).query(selectOne)).toEqual([{ one: 1 }]);
    await slow.leave();
  });
});

describe('the writes of one tenant', () => {
  test('leave connections to the writes of others and to loops', async () => {
    const database = await open();
    let free = () => {};
    const freed = new Promise<void>((resolve) => {
      free = resolve;
    });
    const first = Array.from({ length: 30 }, () => database.writes('first').transaction(() => freed));
    const settled = Promise.allSettled(first);
    expect(await database.writes('second').transaction((writing) => writing.query(selectOne))).toEqual([{ one: 1 }]);
    expect(await database.transaction((writing) => writing.query(selectOne))).toEqual([{ one: 1 }]);
    expect(await database.keys.query(selectOne)).toEqual([{ one: 1 }]);
    free();
    await settled;
  });
});

describe('the plans of reads', () => {
  const values = [['00000000-0000-4000-8000-000000000001'], DEFAULT_TENANT_ID];
  const named = (name: string, generic: boolean) =>
    statement(name, 'select id, name from flow where id = any($1::uuid[]) and tenant_id = $2', { generic });
  const PLANS = statement(
    'test.plans',
    `select split_part(name, '/', 1) as name, generic_plans, custom_plans from pg_prepared_statements order by name`,
  );
  /** One read after the other uses the same connection. */
  const oneConnection = async () => (await open()).reads({ group: 'first' });

  test('a connection keeps the statements that were used last, however many there are', async () => {
    const reads = await oneConnection();
    const texts = Array.from({ length: 600 }, (_, index) => statement('test.many', `select ${index}::int4 as value`));
    for (const [index, one] of texts.entries()) expect(await reads.query(one)).toEqual([{ value: index }]);
    for (const index of [599, 0, 300]) expect(await reads.query(texts[index] as Statement)).toEqual([{ value: index }]);
    const count = statement('test.count', `select count(*) from pg_prepared_statements where name like 'test.many/%'`);
    const [kept] = await reads.query<{ count: number }>(count);
    expect(kept?.count).toBeGreaterThan(400);
    expect(kept?.count).toBeLessThanOrEqual(500);
  });

  test('a generic statement is not planned again, and others are', async () => {
    const reads = await oneConnection();
    for (let time = 0; time < 4; time += 1) await reads.query(named('test.generic', true), values);
    for (let time = 0; time < 4; time += 1) await reads.query(named('test.custom', false), values);
    for (let time = 0; time < 4; time += 1) await reads.query(named('test.generic', true), values);
    expect(await reads.query(PLANS)).toEqual(
      expect.arrayContaining([
        { name: 'test.generic', generic_plans: 8, custom_plans: 0 },
        { name: 'test.custom', generic_plans: 0, custom_plans: 4 },
      ]),
    );
  });

  test('a statement that fails leaves its connection as the next one needs it', async () => {
    const reads = await oneConnection();
    const divide = statement('test.divide', 'select 6 / $1::int as result', { generic: true });
    const invalid = statement('test.invalid', 'select no_such_column', { generic: true });
    for (const statementOfOther of [selectOne, named('test.other', true)]) {
      await expect(reads.query(divide, [0])).rejects.toThrow('division by zero');
      await expect(reads.query(invalid)).rejects.toThrow('no_such_column');
      await reads.query(statementOfOther, statementOfOther === selectOne ? [] : values);
      expect(await reads.query(divide, [2])).toEqual([{ result: 3 }]);
    }
    expect(await reads.query(PLANS)).toContainEqual({ name: 'test.divide', generic_plans: 1, custom_plans: 0 });
  });

  test('rows are read from the first answer and from later ones alike, as objects and as texts', async () => {
    const reads = await oneConnection();
    const kinds = statement(
      'test.kinds',
      `select 12::bigint as big, '{"a": [1.0]}'::jsonb as json, null::int as never, n, '2026-11-21 01:08:00.5+00'::timestamptz as at
       from generate_series(1, 2) n`,
      { generic: true },
    );
    const row = {
      big: 12,
      json: { a: [new ExactNumber('1.0')] },
      never: null,
      at: parseInstant('2026-11-21T01:08:00.5Z'),
    };
    for (let time = 0; time < 3; time += 1) {
      expect(await reads.query(kinds)).toEqual([
        { ...row, n: 1 },
        { ...row, n: 2 },
      ]);
      expect(await reads.texts(kinds)).toEqual(
        [1, 2].map((n) => ['12', '{"a": [1.0]}', null, `${n}`, expect.any(String)]),
      );
    }
    expect(await reads.query(statement('test.nothing', 'select from flow limit 0'))).toEqual([]);
  });
});
