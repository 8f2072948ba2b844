import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { finished, flowql } from './running.ts';

describe('flowql', () => {
  test('flowql config prints every setting with its description and no password', async () => {
    const settings = { DATABASE_URL: 'postgresql://me:secret@db.example.com/flows', FLOWQL_PORT: '1234' };
    const { code, stdout } = await finished(flowql(['config'], settings));
    expect(code).toBe(0);
    expect(stdout).toContain('FLOWQL_PORT = 1234 (default: 4200)');
    expect(stdout).toContain('db.example.com');
    expect(stdout).not.toContain('secret');
  });

  test('a flag of flowql wins over the environment', async () => {
    const { stdout } = await finished(flowql(['config', '--port', '5678'], { FLOWQL_PORT: '1234' }));
    expect(stdout).toContain('FLOWQL_PORT = 5678');
  });

  test.each(['config', 'serve', 'migrate'])('flowql %s lists all faulty settings', async (command) => {
    const settings = { FLOWQL_PORT: 'x', FLOWQL_MAX_DEPTH: '-1', FLOWQL_HOTS: 'a' };
    const { code, stderr } = await finished(flowql([command], settings));
    expect(code).toBe(2);
    expect(stderr).toMatch(/FLOWQL_PORT must be/);
    expect(stderr).toMatch(/FLOWQL_MAX_DEPTH must be/);
    expect(stderr).toMatch(/Did you mean FLOWQL_HOST\?/);
  });

  test('flowql schema prints the schema', async () => {
    const { code, stdout } = await finished(flowql(['schema']));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^type Subscription/m);
  });

  test('flowql migrate brings an empty database up to date, once', async () => {
    const { url, drop } = await createTestDatabase();
    expect((await finished(flowql(['migrate'], { DATABASE_URL: url }))).stdout).toMatch(/^Applied \d+/);
    expect((await finished(flowql(['migrate', '--database-url', url]))).stdout).toContain('up to date');
    await drop();
  });

  test('flowql serve reports an unreachable database in one line', async () => {
    const { code, stderr } = await finished(flowql(['serve'], { DATABASE_URL: 'postgresql://127.0.0.1:1/none' }));
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('PostgreSQL at 127.0.0.1:1/none cannot be used');
  });

  test.each([
    ['a file', import.meta.filename, 'is a file'],
    ['in a folder that cannot be created', '/proc/flowql', '/proc/flowql'],
  ])('flowql serve reports a data directory that is %s in one line', async (_, directory, told) => {
    const { code, stderr } = await finished(flowql(['serve'], { FLOWQL_DATA_DIR: directory }));
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toContain(told);
  });

  test.each([['list'], ['revoke', '--name', 'agents']])('flowql key %s creates no database', async (...command) => {
    const directory = path.join(tmpdir(), `flowql-none-${process.pid}`);
    const { code, stderr } = await finished(flowql(['key', ...command], { FLOWQL_DATA_DIR: directory }));
    expect([code, stderr.trim()]).toEqual([2, `No database exists in ${directory}.`]);
    expect(existsSync(directory)).toBe(false);
  });

  test.each([
    { at: 'no database', change: { pathname: '/nowhere' }, told: 'The database does not exist.' },
    { at: 'a wrong password', change: { password: 'secret' }, told: 'The user name or password is wrong.' },
    { at: 'no TLS', change: { search: '?sslmode=verify-full' }, told: 'SSL' },
  ])('flowql serve reports a DATABASE_URL with $at in one line, without the password', async ({ change, told }) => {
    const { url, drop } = await createTestDatabase();
    const wrong = new URL(url);
    Object.assign(wrong, change);
    const { code, stderr } = await finished(flowql(['serve'], { DATABASE_URL: wrong.href }));
    await drop();
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(told);
    expect(stderr).not.toContain(wrong.password);
  });
});
