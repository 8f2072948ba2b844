import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exactNumber } from '../../src/core/values/exactNumber.ts';
import type { Json } from '../../src/core/values/jsonObject.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { type Database, type Models, statement } from '../../src/store/connection/database.ts';
import { isTransient, throwViolation, violates } from '../../src/store/connection/databaseErrors.ts';
import { jsonColumn } from '../../src/store/connection/jsonColumn.ts';
import { openDatabase } from '../../src/store/connection/openDatabase.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { statementsOf } from '../support/statementsOf.ts';
import { waitFor } from '../support/waitFor.ts';

let opened: TestDatabase;
let database: Database;
beforeAll(async () => {
  opened = await testDatabase();
  database = opened.database;
});
afterAll(() => opened.drop());

const insertTenant = statement('test.insert', 'insert into tenant (id, name, slug) values ($1, $2, $2)');
const lockTenant = statement('test.lock', 'select id from tenant where slug = $1 for update');
const killWaiting = statement(
  'test.killWaiting',
  `select pg_terminate_backend(pid) from pg_stat_activity
   where datname = current_database() and wait_event_type = 'Lock' and query like '%tenant.updateMany%'`,
);
const divide = statement('test.divide', 'select 1 / 0');

const makeTenant = ({ prisma }: Models, slug: string) => prisma.tenant.create({ data: { id: v7(), name: slug, slug } });
const slugs = async () => (await database.prisma.tenant.findMany({ orderBy: { id: 'asc' } })).map(({ slug }) => slug);

describe('Prisma in a transaction', () => {
  test('reads what statements of the transaction wrote, and is committed with them', async () => {
    const id = v7();
    await database.transaction(async (transaction) => {
      await transaction.query(insertTenant, [id, 'by-statement']);
      const found = await transaction.prisma.tenant.findUnique({ where: { id }, select: { slug: true } });
      expect(found).toEqual({ slug: 'by-statement' });
      await makeTenant(transaction, 'by-prisma');
      expect(await slugs()).not.toContain('by-prisma');
    });
    expect(await slugs()).toEqual(expect.arrayContaining(['by-statement', 'by-prisma']));
  });

  test('is rolled back with the statements when something throws', async () => {
    const failure = new Error('no');
    const work = database.transaction(async (transaction) => {
      await makeTenant(transaction, 'gone');
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    const failing = database.transaction(async (transaction) => {
      await makeTenant(transaction, 'gone');
      transaction.send(divide, []);
    });
    await expect(failing).rejects.toThrow('division by zero');
    expect(await slugs()).not.toContain('gone');
  });

  test('never leaves its connection, however many transactions begin at once', async () => {
    const outside: Promise<unknown>[] = [];
    const seen = Array.from({ length: 30 }, () =>
      database.transaction(async (transaction) => {
        const [id, slug, other] = [v7(), v7(), v7()];
        await transaction.query(insertTenant, [id, slug]);
        // A write outside that Prisma puts in a transaction of its own: it must not take this connection.
        const nested = { id: v7(), name: other, slug: other, agentConfigs: { create: { id: v7() } } };
        outside.push(database.prisma.tenant.create({ data: nested }));
        return transaction.prisma.tenant.findUnique({ where: { id }, select: { id: true } });
      }),
    );
    for (const own of await Promise.all(seen)) expect(own).not.toBeNull();
    await Promise.all(outside);
  });

  test('is refused when the transaction is over, and not committed on its own', async () => {
    const late = await database.transaction(async (transaction) => {
      await makeTenant(transaction, 'in-time');
      return () => makeTenant(transaction, 'late');
    });
    await expect(late()).rejects.toThrow('after the end of its transaction');
    let forgotten: Promise<unknown> = Promise.resolve();
    await database.transaction(async (transaction) => {
      await makeTenant(transaction, 'awaited');
      forgotten = makeTenant(transaction, 'forgotten');
      forgotten.catch(() => {});
    });
    await expect(forgotten).rejects.toThrow();
    expect(await slugs()).toEqual(expect.arrayContaining(['in-time', 'awaited']));
    for (const slug of ['late', 'forgotten']) expect(await slugs()).not.toContain(slug);
  });

  test('costs nothing when it is not called, and one statement a call', async () => {
    expect(await statementsOf(database, () => database.transaction(() => Promise.resolve()))).toEqual([]);
    const names = await statementsOf(database, () =>
      database.transaction(async (transaction) => {
        await makeTenant(transaction, 'counted');
        await transaction.prisma.tenant.updateMany({ where: { slug: 'counted' }, data: { name: 'Counted' } });
        await transaction.prisma.tenant.deleteMany({ where: { slug: 'counted' } });
      }),
    );
    expect(names).toEqual(['tenant.create', 'tenant.updateMany', 'tenant.deleteMany']);
  });

  test('waits for its turn on one connection, and ends with it', async () => {
    const small = await openDatabase({ url: opened.url, poolSize: 1 });
    const made = Array.from({ length: 5 }, (_, index) =>
      small.transaction((transaction) => makeTenant(transaction, `one-${index}`)),
    );
    await Promise.all(made);
    await small.close();
    expect((await slugs()).filter((slug) => slug.startsWith('one-'))).toHaveLength(5);
  });
});

describe("Prisma's errors are those of statements", () => {
  const agent = (tenantId: string) => ({ id: v7(), tenantId });

  test('a violated key has the code and the name of its constraint', async () => {
    await makeTenant(database, 'twice');
    const error = await makeTenant(database, 'twice').catch((thrown: unknown) => thrown);
    expect(violates(error, 'tenant_slug_key')).toBe(true);
    expect(isTransient(error)).toBe(false);
    expect(() => throwViolation(error)).toThrow('Uniqueness violation.');
    await expect(database.prisma.agent.create({ data: agent(v7()) }).catch(throwViolation)).rejects.toMatchObject({
      code: 'REFERENCE_NOT_FOUND',
    });
  });

  test('so have other faults, in a transaction too', async () => {
    const limit = { id: v7(), tenantId: DEFAULT_TENANT_ID, name: 'tag:x', limit: -1 };
    await expect(database.prisma.concurrencyLimit.create({ data: limit })).rejects.toMatchObject({ code: '23514' });
    const work = database.transaction(({ prisma }) => prisma.concurrencyLimit.create({ data: limit }));
    await expect(work).rejects.toMatchObject({ code: '23514' });
  });

  test('a database that ends the connection is unavailable, in a transaction too', async () => {
    const slug = v7();
    await makeTenant(database, slug);
    const rename = ({ prisma }: Models) => prisma.tenant.updateMany({ where: { slug }, data: { name: 'renamed' } });
    await database.transaction(async (transaction) => {
      await transaction.query(lockTenant, [slug]);
      for (const renames of [() => rename(database), () => database.transaction(rename)]) {
        const refused = expect(renames()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
        await waitFor(async () => (await database.query(killWaiting)).length > 0);
        await refused;
      }
    });
    expect(await rename(database)).toEqual({ count: 1 });
  });

  test('a transaction whose connection never comes is unavailable', async () => {
    const small = await openDatabase({ url: opened.url, poolSize: 1 });
    let release = () => {};
    const holding = small.transaction(() => new Promise<void>((resolve) => (release = resolve)));
    await expect(makeTenant(small, 'never')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    release();
    await holding;
    await small.close();
  });
});

test.each<Json>([
  { set: 1, equals: 2, increment: 3 },
  { $type: 'DateTime', value: '2026-11-21T01:08:00Z' },
  { nested: [{ $type: 'Json', value: '{}' }, null, [], ''] },
  { '': 0, __proto__x: exactNumber('1.5e300'), text: '\u2028 "quoted" \\ 🦆', toJSON: 1 },
  {},
  [],
  'text',
  exactNumber('1234567890123456789'),
  [exactNumber('1.0'), { a: [exactNumber('-2.50')] }],
  0,
  null,
])('Prisma stores, finds and reads the JSON %j as it is', async (json) => {
  const [first, second] = [v7(), v7()];
  const settings = jsonColumn(json);
  const config = { tenantId: DEFAULT_TENANT_ID, settings };
  const { agentConfig } = database.prisma;
  await agentConfig.create({ data: { ...config, id: first } });
  await agentConfig.createMany({ data: [{ ...config, id: second }] });
  const expectStored = async () => {
    const where = { id: { in: [first, second] }, settings: { equals: settings } };
    const found = await agentConfig.findMany({ where, select: { settings: true } });
    const rows = await database.query<{ settings: Json }>(SETTINGS, [[first, second]]);
    expect([...found, ...rows].map((row) => row.settings)).toEqual([json, json, json, json]);
  };
  await expectStored();
  await agentConfig.updateMany({ data: { settings: jsonColumn({ other: true }) } });
  await agentConfig.updateMany({ data: { settings } });
  await expectStored();
});

const SETTINGS = statement('test.settings', 'select settings from agent_config where id = any($1::uuid[])');
