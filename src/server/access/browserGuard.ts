import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import { RequestFault } from '../observing/clientError.ts';

// A server without API keys trusts every process that can reach it, including browsers, and these run pages of other
// sites. So the server rejects requests from other origins, host names of other sites that resolve to this machine (DNS
// rebinding) and, in graphqlListener.ts, content types that browsers POST without a preflight request. Images, scripts
// and links of other sites send no origin, but `sec-fetch-site`, which a page cannot change.

/** All origins, like Prefect 1's server. */
const ANY = '*';

export interface BrowserGuard {
  /** Throws FORBIDDEN for a disallowed host or origin. @param isOpen whether the server answers without an API key */
  check(request: IncomingMessage, isOpen: boolean): void;
  /** Sets the CORS headers that let pages of allowed origins read the response. */
  allowOrigin(request: IncomingMessage, response: ServerResponse): void;
}

interface GuardOptions {
  /** Allowed origins in addition to the server's own, such as http://localhost:8080. */
  corsOrigins: readonly string[];
  /** The address that the server listens on. */
  host: string;
  /** Host names by which clients may address a server without keys. */
  hostNames: readonly string[];
}

export function createBrowserGuard({ corsOrigins, host, hostNames }: GuardOptions): BrowserGuard {
  const origins = new Set(corsOrigins);
  const names = new Set([host, ...hostNames].map((name) => name.toLowerCase()));
  const isAddressedBy = (name: string) =>
    names.has(name) || (isLoopback(host) ? isLoopback(name) : isNoForeignName(name));
  return {
    check({ headers }, isOpen) {
      if (isOpen && !isAddressedBy(hostName(headers.host ?? '')))
        throw new RequestFault(
          403,
          'FORBIDDEN',
          `This server has no API keys and does not accept the host name ${headers.host}. Add it to FLOWQL_HOST_NAMES.`,
        );
      const origin = originOf(headers);
      if (origin !== undefined && !origins.has(ANY) && !origins.has(origin) && !isSameOrigin(origin, headers.host))
        throw new RequestFault(403, 'FORBIDDEN', `Origin ${origin} is not allowed. Add it to FLOWQL_CORS_ORIGINS.`);
    },
    allowOrigin({ headers }, response) {
      const { origin } = headers;
      if (origins.size > 0) response.setHeader('vary', 'origin');
      const allowed = origins.has(ANY) ? ANY : origin;
      if (origin === undefined || allowed === undefined || !origins.has(allowed)) return;
      response.setHeader('access-control-allow-origin', allowed);
      response.setHeader('access-control-allow-methods', 'GET, POST');
      response.setHeader('access-control-max-age', '600');
      // The setting trusts the pages of the origin, so they may send any header: Prefect 1's user interface sends nine
      // besides the standard ones, and other clients send others. Our answers depend on few of them.
      const asked = headers['access-control-request-headers'];
      if (asked === undefined) return;
      response.setHeader('access-control-allow-headers', asked);
      response.appendHeader('vary', 'access-control-request-headers');
    },
  };
}

/**
 * Returns the origin of the page that caused a request; undefined if none did, or a page of this server. A request that
 * reads an image, a script or a link has no `origin` header.
 */
function originOf({ origin, referer, 'sec-fetch-site': site }: IncomingHttpHeaders): string | undefined {
  if (origin !== undefined) return origin;
  if (site === undefined || site === 'same-origin' || site === 'none') return undefined;
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : 'null';
}

/**
 * Whether a host cannot be a name in another site's domain: it is an IP address, or a name without a dot, such as the
 * service in a compose file.
 */
const isNoForeignName = (name: string): boolean =>
  name !== '' && (isIP(name.replace(/^\[|\]$/g, '')) !== 0 || !name.includes('.') || isLoopback(name));

/** Ignores the scheme: behind a proxy that terminates TLS, the browser's scheme differs from ours. */
function isSameOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

// Clients send the same few hosts all the time.
const hostNames = new LRUCache<string, string>({
  max: 100,
  memoMethod: (host) => (URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.replace(/\.$/, '') : ''),
});
const hostName = (host: string): string => hostNames.memo(host);

export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(name) === 4) return name.startsWith('127.');
  return name === '::1' || name === 'localhost' || name.endsWith('.localhost');
}
