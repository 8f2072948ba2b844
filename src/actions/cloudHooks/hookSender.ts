import type { LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { CloudHookRequest } from '../../core/cloudHooks/cloudHookRequests.ts';
import { HookConnections } from './hookConnections.ts';
import type { HookDestinations } from './hookDestinations.ts';

/**
 * The receiver's status, or why the request failed: a sentence for the caller and a code for the log. Neither contains
 * the URL, which may be secret. The sentence says the same for a port that is closed, silent or speaks another
 * protocol, and for a name that does not exist or is not allowed, so that hooks do not explore a network.
 */
export type Sent = { status: number } | { failure: string; code: string };

export interface HookSender {
  destinations: HookDestinations;
  send(hookId: string, request: CloudHookRequest): Promise<Sent>;
  /** Whether many requests wait for a connection. */
  isBusy(): boolean;
}

const NOT_ALLOWED: Sent = {
  failure: 'The host of the hook has no public address, and FLOWQL_HOOK_ALLOW does not list it.',
  code: 'HOST_NOT_ALLOWED',
};
const NO_ANSWER = 'The receiver did not answer.';

/**
 * Sends the requests of cloud hooks. The address is checked after the name is resolved, and the connection is made to
 * that address: a name that resolves differently the next time reaches nothing else. Redirects are not followed. Node's
 * `fetch` is not used: it follows names by itself, and refuses some ports.
 */
export function createHookSender(destinations: HookDestinations): HookSender {
  const connections = new HookConnections();
  return {
    destinations,
    isBusy: () => connections.isBusy(),
    send: (hookId, request) => connections.run(hookId, () => sendRequest(destinations, request)),
  };
}

async function sendRequest(destinations: HookDestinations, request: CloudHookRequest): Promise<Sent> {
  const signal = AbortSignal.timeout(request.timeoutMs);
  try {
    const url = new URL(request.url);
    // The operator chooses the addresses of services by a setting.
    if (request.isOfOperator) return { status: await statusOf(url, request, signal) };
    const addresses = await inTime(destinations.addressesOf(url), signal);
    return addresses.length === 0 ? NOT_ALLOWED : { status: await statusOf(url, request, signal, addresses) };
  } catch (error) {
    return { failure: NO_ANSWER, code: codeOf(error) };
  }
}

/** Resolves when the receiver's headers arrive. The body is not needed, and may be endless. */
function statusOf(
  url: URL,
  { headers, body }: CloudHookRequest,
  signal: AbortSignal,
  addresses?: LookupAddress[],
): Promise<number> {
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const sending = request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      signal,
      agent: false,
      ...(addresses && { lookup: connectTo(addresses) }),
    });
    sending.on('response', (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    sending.on('error', reject);
    // The only event after an answer with status 101.
    sending.on('close', () => reject(new Error('closed')));
    sending.end(body);
  });
}

/** A lookup that returns these addresses. */
const connectTo =
  (addresses: LookupAddress[]): NonNullable<http.RequestOptions['lookup']> =>
  (_hostName, { all }, done) => {
    const [first] = addresses;
    if (all) done(null, addresses);
    else done(null, first?.address ?? '', first?.family);
  };

/** Rejects when the signal aborts, even if the promise never settles. */
const inTime = <Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> =>
  Promise.race([
    promise,
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
  ]);

/** The code of an error, such as ECONNREFUSED. Its message may contain the URL or a header. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
