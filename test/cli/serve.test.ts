import net from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newRun, post } from '../server/serving.ts';
import { openSocket } from '../server/sockets.ts';
import { createTestDatabase, type TestDatabase, testDatabase } from '../support/postgres.ts';
import { waitFor } from '../support/waitFor.ts';
import { addressOf, finished, flowql, type Running } from './running.ts';

let prepared: TestDatabase;
const servers: Running[] = [];
beforeAll(async () => {
  prepared = await testDatabase();
});
afterEach(async () => {
  for (const { process } of servers) process.kill('SIGKILL');
  await Promise.all(servers.splice(0).map(finished));
});
afterAll(() => prepared.drop());

function serve(settings: NodeJS.ProcessEnv = {}, flags: string[] = []): Running {
  const server = flowql(['serve', ...flags], { DATABASE_URL: prepared.url, FLOWQL_PORT: '0', ...settings });
  servers.push(server);
  return server;
}

describe('flowql serve', () => {
  test('flowql serve migrates an empty database, prints its address and logs JSON', async () => {
    const { url, drop } = await createTestDatabase();
    const server = serve({ DATABASE_URL: url });
    const address = await addressOf(server);
    await newRun(`${address}/graphql`);
    expect((await fetch(`${address}/ready`)).status).toBe(200);
    expect(server.stderr).toContain('GraphiQL');
    const lines = server.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'listening', url: address }));
    server.process.kill('SIGTERM');
    expect((await finished(server)).code).toBe(0);
    await drop();
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'flowql serve answers running requests, closes its sockets and ends with 0 on %s',
    async (signal) => {
      const server = serve({ FLOWQL_STOP_TIMEOUT_MS: '60000' });
      const address = await addressOf(server);
      const { opened, send, messages, closed } = openSocket(`${address}/graphql`);
      await opened();
      send({ type: 'connection_init' });
      await waitFor(() => messages.length > 0);
      // A request whose body is still arriving when the signal comes.
      const slow = net.connect(Number(new URL(address).port), '127.0.0.1');
      const body = '{"query": "{ flows { totalCount } }"}';
      const head = `POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
      slow.write(head + body.slice(0, 10));
      let answer = '';
      slow.on('data', (chunk) => {
        answer += chunk;
      });
      await waitFor(async () => (await fetch(`${address}/health`)).ok);
      server.process.kill(signal);
      expect(await closed()).toMatchObject({ code: 1001 });
      await expect(fetch(`${address}/health`)).rejects.toThrow();
      slow.write(body.slice(10));
      expect((await finished(server)).code).toBe(0);
      expect(answer).toContain('"totalCount"');
      expect(server.stdout).toContain('"msg":"stopped"');
    },
  );

  test('flowql serve ends after FLOWQL_STOP_TIMEOUT_MS even if a request is not answered', async () => {
    const server = serve({ FLOWQL_STOP_TIMEOUT_MS: '200' });
    const address = await addressOf(server);
    const slow = net.connect(Number(new URL(address).port), '127.0.0.1');
    slow.on('error', () => {});
    slow.write(
      'POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n',
    );
    await waitFor(async () => (await fetch(`${address}/health`)).ok);
    server.process.kill('SIGTERM');
    expect((await finished(server)).code).toBe(0);
  });

  test('a second signal ends flowql serve immediately', async () => {
    const server = serve({ FLOWQL_STOP_TIMEOUT_MS: '60000' });
    const address = await addressOf(server);
    const slow = net.connect(Number(new URL(address).port), '127.0.0.1');
    slow.on('error', () => {});
    slow.write(
      'POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n',
    );
    await waitFor(async () => (await fetch(`${address}/health`)).ok);
    server.process.kill('SIGTERM');
    await waitFor(() => server.stdout.includes('"msg":"stopping"'));
    server.process.kill('SIGTERM');
    expect((await finished(server)).code).toBe(143);
  });

  test('flowql serve reports a port in use before it migrates the database', async () => {
    const first = serve();
    const { port } = new URL(await addressOf(first));
    const { url, drop } = await createTestDatabase();
    const second = await finished(serve({ DATABASE_URL: url }, ['--port', port]));
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('the port is already in use');
    // The next migration finds nothing done.
    expect((await finished(flowql(['migrate'], { DATABASE_URL: url }))).stdout).toMatch(/^Applied \d+/);
    await drop();
  });

  test('flowql serve on a public address requires API keys', async () => {
    const { url, drop } = await createTestDatabase();
    const open = { DATABASE_URL: url, FLOWQL_HOST: '0.0.0.0' };
    const refused = await finished(serve(open));
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('flowql key create')]);

    const key = (...parameters: string[]) => finished(flowql(['key', ...parameters], { DATABASE_URL: url }));
    expect((await key('list')).stderr).toContain('No API keys exist');
    const made = await key('create', '--name', 'first', '--role', 'admin');
    expect(made.stdout).toMatch(/^fk_\S+\n$/);
    expect((await key('list')).stdout).toMatch(/admin {3}expires never .* last used never .* default {2}first/);
    expect((await key('create', '--name', 'first')).code).toBe(2);

    const address = await addressOf(serve(open));
    const asking = { query: '{ flows { totalCount } }' };
    const headers = { authorization: `Bearer ${made.stdout.trim()}` };
    expect((await post(`${address}/graphql`, asking)).status).toBe(401);
    expect((await post(`${address}/graphql`, asking, headers)).status).toBe(200);

    expect((await key('revoke', '--name', 'first')).code).toBe(0);
    expect((await key('revoke', '--name', 'first')).code).toBe(2);
    await waitFor(async () => (await post(`${address}/graphql`, asking, headers)).status === 401);
    await drop();
  });
});
