import type { ClientConfig } from 'pg';
import { columnParsers } from './columnParsers.ts';
import { gatheringSocket } from './gatheringSocket.ts';

/** A caller that waited this long for a connection hears that the database is unavailable. */
const CONNECT_TIMEOUT_MS = 5_000;
export const STATEMENT_TIMEOUT_MS = 30_000;

/** How every connection of ours is opened: our reading of columns, UTC, bounded waits. */
export function connection(url: string): ClientConfig {
  return {
    connectionString: withSessionSettings(url),
    types: columnParsers,
    stream: gatheringSocket,
    application_name: 'flowql',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // A process that stops half way in a transaction must not hold the locks of its runs.
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    // Else the system asks after two hours whether a silent peer, the listener's above all, is still there.
    keepAliveInitialDelayMillis: 10_000,
  };
}

/** `pg` lets the address win over its other settings; what our parsers rely on is therefore added to the address. */
function withSessionSettings(url: string): string {
  const address = new URL(url);
  const options = [address.searchParams.get('options'), '-c timezone=UTC -c datestyle=ISO'];
  address.searchParams.set('options', options.filter(Boolean).join(' '));
  return address.href;
}
