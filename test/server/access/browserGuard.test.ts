import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isLoopback } from '../../../src/server/access/browserGuard.ts';
import { type Headers, type Serving, serving } from '../serving.ts';

const ALLOWED = 'https://ui.example.com';

let served: Serving;
beforeAll(async () => {
  served = await serving({ FLOWQL_CORS_ORIGINS: `${ALLOWED}, http://localhost:8080` });
});
afterAll(() => served.close());

/** Sends a request with any headers: `fetch` does not allow `host`. */
function send(
  method: string,
  headers: Headers,
): Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      served.url,
      { method, headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        response.resume();
        resolve({ status: response.statusCode, headers: response.headers });
      },
    );
    sent.on('error', reject);
    sent.end(method === 'POST' ? '{"query": "{ __typename }"}' : undefined);
  });
}

test.each([
  ['a request without an origin', {}, 200],
  ['a page of this server', { host: 'localhost:4200', origin: 'http://localhost:4200' }, 200],
  ['a page of this server behind TLS', { host: 'localhost:4200', origin: 'https://localhost:4200' }, 200],
  ['a page of an allowed origin', { origin: ALLOWED }, 200],
  ['a page of another port', { host: 'localhost:4200', origin: 'http://localhost:3000' }, 403],
  ['a page of another site', { origin: 'https://evil.example.com' }, 403],
  ['a page with an opaque origin', { origin: 'null' }, 403],
  ['a name that resolves to this machine', { host: 'evil.example.com' }, 403],
  [
    'a name that resolves to this machine, and its page',
    { host: 'evil.example.com', origin: 'http://evil.example.com' },
    403,
  ],
  ['the IPv6 address of this machine', { host: '[::1]:4200' }, 200],
])('%s (%j) gets the status %i', async (_, headers, status) => {
  expect((await send('POST', headers)).status).toBe(status);
});

test('a preflight request is answered with the allowed origin and headers', async () => {
  const preflight = await send('OPTIONS', { origin: ALLOWED, 'access-control-request-method': 'POST' });
  expect(preflight).toMatchObject({
    status: 204,
    headers: {
      'access-control-allow-origin': ALLOWED,
      'access-control-allow-headers': expect.stringContaining('authorization'),
    },
  });
  expect((await send('OPTIONS', { origin: 'https://evil.example.com' })).status).toBe(403);
  expect((await send('POST', { origin: ALLOWED })).headers).toMatchObject({
    'access-control-allow-origin': ALLOWED,
    vary: 'origin',
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['localhost', true],
  ['flowql.localhost', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['127.0.0.1.example.com', false],
  ['10.0.0.1', false],
  ['', false],
])('%s is a loopback address: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
