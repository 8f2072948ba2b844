import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
    expect(stdout).toMatch(/^# Port to listen on.* Default: 4200\. --port\nFLOWQL_PORT=1234$/m);
    expect(stdout).toContain('db.example.com');
    expect(stdout).not.toContain('secret');
  });

  test('a flag of flowql wins over the environment', async () => {
    const { stdout } = await finished(flowql(['config', '--port', '5678'], { FLOWQL_PORT: '1234' }));
    expect(stdout).toContain('FLOWQL_PORT=5678');
  });

  test.each([
    ['the defaults', {}],
    [
      'other values',
      { FLOWQL_PREFECT1: 'off', FLOWQL_INSECURE: 'true', FLOWQL_CORS_ORIGINS: 'https://a.example.com,*' },
    ],
  ])('flowql config prints settings that it accepts: %s', async (_, settings) => {
    const { stdout } = await finished(flowql(['config'], settings));
    const printed = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const environment = Object.fromEntries(printed.map((line) => line.split(/=(.*)/s)));
    expect(printed.length).toBeGreaterThan(30);
    expect(await finished(flowql(['config'], environment))).toMatchObject({ code: 0, stdout });
  });

  test.each([
    [['watch']],
    [['watch', 'a', 'b']],
    [['watch', 'a', '--colour']],
    [['replay', 'a.jsonl', '--speed', '-1']],
    [['key', 'create', '--role', 'owner']],
    [['server']],
  ])('flowql %j is a mistake in the command, and ends with 2', async (parameters) => {
    const { code, stdout, stderr } = await finished(flowql(parameters));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: /);
  });

  test.each<[given: NodeJS.ProcessEnv, address: string]>([
    [{ FLOWQL_PORT: '1' }, 'http://127.0.0.1:1/graphql'],
    [{ FLOWQL_PORT: '1', FLOWQL_HOST: '0.0.0.0' }, 'http://127.0.0.1:1/graphql'],
    [{ FLOWQL_PORT: '1', FLOWQL_HOST: '::1' }, 'http://[::1]:1/graphql'],
    [{ FLOWQL_PORT: '2', FLOWQL_URL: 'http://localhost:1/graphql' }, 'http://localhost:1/graphql'],
  ])('flowql watch connects to the server of the environment %j', async (given, address) => {
    const { code, stderr } = await finished(flowql(['watch', '01a1fdb1-7784-7157-9850-838d5d07c400'], given));
    expect([code, stderr]).toEqual([2, `no FlowQL server answers at ${address}\n`]);
  });

  test('flowql replay writes nothing into a GraphQL server that is not FlowQL', async () => {
    const received: string[] = [];
    const other = createServer(async (request, response) => {
      received.push((await request.toArray()).join(''));
      response.setHeader('content-type', 'application/json').end('{"data":{"type":null}}');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}/graphql`;
    const recording = 'test/fixtures/recorded-runs/regional-etl.success.run.jsonl';
    const { code, stderr } = await finished(flowql(['replay', recording, '--url', url]));
    other.close();
    expect([code, stderr]).toEqual([2, `The GraphQL server at ${url} is not a FlowQL server.\n`]);
    expect(received).toEqual([expect.not.stringContaining('mutation')]);
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
    const { code, stderr } = await finished(flowql(['key', ...command, '--data-dir', directory]));
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
