import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { RequestFault } from '../observing/clientError.ts';

// Pages of other sites must not reach a server that trusts everyone on its machine, and a browser on that machine carries
// their requests to it. Three doors are shut here: requests of another origin, names of another site that resolve to
// this machine (DNS rebinding), and, in graphqlListener.ts, forms of POST that browsers send without asking first.

const ALLOWED_HEADERS =
  'authorization, content-type, accept, x-prefect-tenant-id, x-prefect-core-version, x-prefect-ui';

/** All origins, as Prefect 1's server had it. */
const ANY = '*';

export interface BrowserGuard {
  /** Throws FORBIDDEN. @param isOpen whether the server answers without an API key */
  check(request: IncomingMessage, isOpen: boolean): void;
  /** Lets pages of the allowed origins read the answer. */
  allowOrigin(request: IncomingMessage, response: ServerResponse): void;
}

/** @param allowed origins besides the server's own, such as http://localhost:8080 */
export function createBrowserGuard(allowed: readonly string[], host: string): BrowserGuard {
  const origins = new Set(allowed);
  return {
    check({ headers }, isOpen) {
      if (isOpen && isLoopback(host) && !isLoopback(hostName(headers.host ?? '')))
        throw new RequestFault(
          403,
          'FORBIDDEN',
          `This server answers to the names of this machine only, not to ${headers.host}. FLOWQL_HOST opens it to others.`,
        );
      const { origin } = headers;
      if (origin !== undefined && !origins.has(ANY) && !origins.has(origin) && !isSameOrigin(origin, headers.host))
        throw new RequestFault(
          403,
          'FORBIDDEN',
          `Pages of ${origin} may not use this server. FLOWQL_CORS_ORIGINS lists those that may.`,
        );
    },
    allowOrigin({ headers: { origin } }, response) {
      if (origins.size > 0) response.setHeader('vary', 'origin');
      const allowed = origins.has(ANY) ? ANY : origin;
      if (origin === undefined || allowed === undefined || !origins.has(allowed)) return;
      response.setHeader('access-control-allow-origin', allowed);
      response.setHeader('access-control-allow-methods', 'GET, POST');
      response.setHeader('access-control-allow-headers', ALLOWED_HEADERS);
      response.setHeader('access-control-max-age', '600');
    },
  };
}

/** The scheme is left out: behind a proxy that ends TLS, the browser's is not ours. */
function isSameOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

const hostName = (host: string): string => (URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '');

export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(name) === 4) return name.startsWith('127.');
  return name === '::1' || name === 'localhost' || name.endsWith('.localhost');
}
