import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { RequestFault } from '../observing/clientError.ts';

// A server without API keys trusts every process on its machine, including browsers, and these run pages of other
// sites. So the server rejects requests from other origins, host names of other sites that resolve to this machine (DNS
// rebinding) and, in graphqlListener.ts, content types that browsers POST without a preflight request.

const ALLOWED_HEADERS =
  'authorization, content-type, accept, x-prefect-tenant-id, x-prefect-core-version, x-prefect-ui';

/** All origins, like Prefect 1's server. */
const ANY = '*';

export interface BrowserGuard {
  /** Throws FORBIDDEN for a disallowed host or origin. @param isOpen whether the server answers without an API key */
  check(request: IncomingMessage, isOpen: boolean): void;
  /** Sets the CORS headers that let pages of allowed origins read the response. */
  allowOrigin(request: IncomingMessage, response: ServerResponse): void;
}

/** @param allowed origins in addition to the server's own, such as http://localhost:8080 */
export function createBrowserGuard(allowed: readonly string[], host: string): BrowserGuard {
  const origins = new Set(allowed);
  return {
    check({ headers }, isOpen) {
      if (isOpen && isLoopback(host) && !isLoopback(hostName(headers.host ?? '')))
        throw new RequestFault(
          403,
          'FORBIDDEN',
          `This server only accepts loopback host names, not ${headers.host}. Set FLOWQL_HOST to serve other machines.`,
        );
      const { origin } = headers;
      if (origin !== undefined && !origins.has(ANY) && !origins.has(origin) && !isSameOrigin(origin, headers.host))
        throw new RequestFault(403, 'FORBIDDEN', `Origin ${origin} is not allowed. Add it to FLOWQL_CORS_ORIGINS.`);
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

/** Ignores the scheme: behind a proxy that terminates TLS, the browser's scheme differs from ours. */
function isSameOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

const hostName = (host: string): string => (URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '');

export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(name) === 4) return name.startsWith('127.');
  return name === '::1' || name === 'localhost' || name.endsWith('.localhost');
}
