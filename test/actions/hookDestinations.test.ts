import { once } from 'node:events';
import http from 'node:http';
import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  createHookDestinations,
  isPublicAddress,
  type Resolve,
} from '../../src/actions/cloudHooks/hookDestinations.ts';
import { createHookSender } from '../../src/actions/cloudHooks/hookSender.ts';

let receiver: http.Server;
let port = 0;
let received: string[] = [];
let location: string | null = null;

beforeAll(async () => {
  receiver = http.createServer((request, response) => {
    received.push(`${request.method} ${request.url}`);
    request.resume();
    if (location === null) response.end();
    else response.writeHead(307, { location }).end();
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const address = receiver.address();
  if (address === null || typeof address === 'string') throw new Error('a server on TCP has a port');
  port = address.port;
});
afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
});
beforeEach(() => {
  received = [];
  location = null;
});

/** No test asks a real name server: every name has the given addresses. */
const resolving =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

const send = (url: string, resolve: Resolve, allowed: string[] = []) =>
  createHookSender(createHookDestinations(allowed, resolve)).send('hook', {
    url,
    headers: {},
    body: '{}',
    timeoutMs: 2000,
    isOfOperator: false,
  });
const NOT_ALLOWED = {
  failure: 'The host of the hook has no public address, and FLOWQL_HOOK_ALLOW does not list it.',
  code: 'HOST_NOT_ALLOWED',
};

/** Spellings of addresses that are not public, of each kind. */
const HIDDEN =
  `127.0.0.1 127.1 127.255.255.254 2130706433 0x7f000001 0x7f.1 017700000001 0177.0.0.1 127.0.0.1. 0 0.0.0.0
  １２７.0.0.1 127。0。0。1 ⓛⓞⓒⓐⓛⓗⓞⓢⓣ localhost LOCALHOST localhost. a.localhost
  10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 100.64.0.1 100.100.100.200 100.127.255.255
  169.254.169.254 0xa9fea9fe 2852039166 169.254.0.1 168.63.129.16 192.0.0.192 198.18.0.1 192.0.2.1 198.51.100.1 203.0.113.1
  192.88.99.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
  [::] [::1] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [::ffff:0:127.0.0.1] [::ffff:8.8.8.8]
  [64:ff9b::127.0.0.1] [64:ff9b::8.8.8.8] [64:ff9b:1::1] [100::1] [2001::1] [2001:2::1] [2001:20::1] [2001:db8::1]
  [2002:7f00:1::] [2002:a00:1::1] [3fff::1] [5f00::1] [fc00::1] [fd00:ec2::254] [fe80::1] [fec0::1] [ff02::1] [4000::1]`
    .trim()
    .split(/\s+/);

test.each(HIDDEN)('a hook cannot be created for %s, and nothing is sent to it', async (host) => {
  const url = `http://${host}:${port}/`;
  expect(createHookDestinations([]).mayBeAllowed(new URL(url))).toBe(false);
  expect(await send(url, resolving())).toEqual(NOT_ALLOWED);
  expect(received).toEqual([]);
});

test.each([
  '127.0.0.1',
  '::1',
  '::ffff:127.0.0.1',
  '64:ff9b::7f00:1',
  'fe80::1%lo',
  '10.0.0.1',
  '169.254.169.254',
  '0.0.0.0',
])('nothing is sent to a name that resolves to %s', async (address) => {
  expect(await send(`http://hook.example:${port}/`, resolving(address))).toEqual(NOT_ALLOWED);
  expect(received).toEqual([]);
});

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '172.15.0.1',
  '172.32.0.1',
  '100.128.0.1',
  '2606:4700::1111',
  '2a00:1450::1',
  '2001:4860::8888',
])('%s is a public address', (address) => expect(isPublicAddress(address)).toBe(true));

test('only the public addresses of a name are used', async () => {
  const { addressesOf } = createHookDestinations([], resolving('127.0.0.1', '8.8.8.8', '::1', '2606:4700::1111'));
  const addresses = await addressesOf(new URL('http://hook.example/'));
  expect(addresses.map(({ address }) => address)).toEqual(['8.8.8.8', '2606:4700::1111']);
});

test('a name is resolved once, and the request goes to the address that was checked', async () => {
  let count = 0;
  const rebinding: Resolve = async () => [{ address: ++count === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
  expect(await send(`http://rebinding.example:${port}/`, rebinding, ['127.0.0.1/32'])).toEqual({ status: 200 });
  expect([received, count]).toEqual([['POST /'], 1]);
});

test.each([['127.0.0.1'], ['127.0.0.0/8'], ['localhost']])('the operator can allow %s', async (allowed) => {
  const host = allowed === 'localhost' ? 'LOCALHOST.' : '127.1';
  expect(createHookDestinations([allowed]).mayBeAllowed(new URL(`http://${host}/`))).toBe(true);
  expect(await send(`http://${host}:${port}/`, resolving(), [allowed])).toEqual({ status: 200 });
});

test('an allowed name allows no other name and no address', async () => {
  for (const host of ['127.0.0.1', 'a.localhost'])
    expect(await send(`http://${host}:${port}/`, resolving(), ['localhost'])).toEqual(NOT_ALLOWED);
});

test('a redirect is not followed', async () => {
  location = `http://127.0.0.1:${port}/other`;
  expect(await send(`http://127.0.0.1:${port}/`, resolving(), ['127.0.0.1'])).toEqual({ status: 307 });
  expect(received).toEqual(['POST /']);
});

const UPGRADE = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n';
test.each(['', 'SSH-2.0-OpenSSH_9.6\r\n', UPGRADE])(
  'an answer of %j cannot be told from a closed port',
  async (text) => {
    const other = createServer(
      (socket) =>
        void socket
          .on('error', () => {})
          .resume()
          .end(text),
    );
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const address = other.address();
    if (address === null || typeof address === 'string') throw new Error('a server on TCP has a port');
    const sentence = { failure: 'The receiver did not answer.', code: expect.any(String) };
    const url = `http://127.0.0.1:${address.port}/`;
    expect(await send(url, resolving(), ['127.0.0.1'])).toEqual(sentence);
    other.close();
    await once(other, 'close');
    expect(await send(url, resolving(), ['127.0.0.1'])).toEqual(sentence);
  },
);

test('a name server that does not answer delays a hook no longer than its time-out', async () => {
  const silent: Resolve = () => new Promise(() => {});
  const sending = createHookSender(createHookDestinations([], silent)).send('hook', {
    url: 'http://hook.example/',
    headers: {},
    body: '',
    timeoutMs: 50,
    isOfOperator: false,
  });
  expect(await sending).toEqual({ failure: 'The receiver did not answer.', code: 'TimeoutError' });
});

// Node's fetch refuses them: https://fetch.spec.whatwg.org/#port-blocking
test('a hook may use a port that browsers block', async () => {
  const blocked = http.createServer((_, response) => response.end());
  const listening = [6000, 6665, 6666, 6667, 6697, 10080].find((candidate) => candidate !== port) ?? 0;
  await once(blocked.listen(listening, '127.0.0.1'), 'listening');
  expect(await send(`http://127.0.0.1:${listening}/`, resolving(), ['127.0.0.1'])).toEqual({ status: 200 });
  blocked.close();
});
