import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBrowserGuard, isLoopback } from '../../../src/server/access/browserGuard.ts';
import { type Headers, type Serving, serving } from '../serving.ts';

const ALLOWED = 'https://ui.example.com';

let served: Serving;
beforeAll(async () => {
  served = await serving({
    FLOWQL_CORS_ORIGINS: `${ALLOWED}, http://localhost:8080`,
    FLOWQL_HOST_NAMES: 'flowql.example.com',
  });
});
afterAll(() => served.close());

/** Sends a request with any headers: `fetch` does not allow `host`. */
function send(
  method: string,
  headers: Headers,
  path = '/graphql',
): Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      served.server.url + path,
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
  ['a name that the operator listed', { host: 'FlowQL.example.com.:4200' }, 200],
])('%s (%j) gets the status %i', async (_, headers, status) => {
  expect((await send('POST', headers)).status).toBe(status);
});

// Browsers send no origin with them.
test.each([
  ['a program that is no browser', {}, 200],
  ['a page of this server', { 'sec-fetch-site': 'same-origin' }, 200],
  ['the address bar', { 'sec-fetch-site': 'none' }, 200],
  ['an image on a page of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
  ['an image on a page of another port', { 'sec-fetch-site': 'same-site', referer: 'http://127.0.0.1:3000/' }, 403],
  ['a script on a page without referrer', { 'sec-fetch-site': 'cross-site', referer: '' }, 403],
  ['a link on a page of another site', { 'sec-fetch-site': 'cross-site', referer: 'https://evil.example.com/' }, 403],
  ['a link on a page of an allowed origin', { 'sec-fetch-site': 'cross-site', referer: `${ALLOWED}/runs` }, 200],
  ['an event source of another site', { origin: 'https://evil.example.com', accept: 'text/event-stream' }, 403],
])('a GET query of %s (%j) gets the status %i', async (_, headers, status) => {
  for (const path of ['/graphql?query={__typename}', '/metrics', '/graphql/alpha?query={__typename}'])
    expect([path, (await send('GET', headers, path)).status]).toEqual([path, status]);
  const stream = { ...headers, accept: 'text/event-stream' };
  const path = `/graphql?query=${encodeURIComponent('subscription { scheduledTaskRuns(taskKeys: ["none"]) { id } }')}`;
  if (status === 403) expect((await send('GET', stream, path)).status).toBe(403);
});

test.each([
  ['10.0.0.7', 200],
  ['[fd00::1]:4200', 200],
  ['flowql', 200],
  ['flowql:4200', 200],
  ['localhost', 200],
  ['runs.example.com', 200],
  ['evil.example.com', 403],
  ['evil.runs.example.com', 403],
  ['127.0.0.1.example.com', 403],
  ['', 403],
])('a server on all addresses without keys answers a request to the host %j with the status %i', (host, status) => {
  const guard = createBrowserGuard({ corsOrigins: [], host: '0.0.0.0', hostNames: ['runs.example.com'] });
  // The guard reads nothing but the headers.
  const request = { headers: { host } } as IncomingMessage;
  const statusOf = (isOpen: boolean) => {
    try {
      guard.check(request, isOpen);
      return 200;
    } catch (error) {
      return (error as { status: number }).status; // a RequestFault
    }
  };
  expect([statusOf(true), statusOf(false)]).toEqual([status, 200]);
});

const PREFECT1_PAGE_HEADERS =
  'authorization,content-security-policy,content-type,x-backend,x-content-type-options,x-frame-options,' +
  'x-permitted-cross-domain-policies,x-prefect-interactive-api,x-prefect-tenant-id,x-prefect-ui,x-prefect-user-id';

test.each(['content-type', 'authorization, x-of-another-client', PREFECT1_PAGE_HEADERS])(
  'a preflight request of an allowed origin may ask for the headers %s',
  async (names) => {
    const preflight = await send('OPTIONS', {
      origin: ALLOWED,
      'access-control-request-method': 'POST',
      'access-control-request-headers': names,
    });
    expect(preflight).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': ALLOWED,
        'access-control-allow-headers': names,
        vary: 'origin, access-control-request-headers',
      },
    });
  },
);

test('a preflight request of another origin is refused for any headers', async () => {
  const { status, headers } = await send('OPTIONS', {
    origin: 'https://evil.example.com',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type',
  });
  expect(status).toBe(403);
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
});

test('a response to an allowed origin names it', async () => {
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
