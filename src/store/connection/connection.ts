import type { ClientConfig } from 'pg';
import { columnParsers } from './columnParsers.ts';
import { gatheringSocket } from './gatheringSocket.ts';

/** After this time without a free connection, a caller gets UNAVAILABLE. */
const CONNECT_TIMEOUT_MS = 5_000;
export const STATEMENT_TIMEOUT_MS = 30_000;
/**
 * A statement that waits longer for a lock fails with UNAVAILABLE. A write holds its locks for milliseconds, and
 * PostgreSQL finds deadlocks after a second, so the holder hangs or works on many rows. Meanwhile, a waiting statement
 * keeps a connection that others need.
 */
const LOCK_TIMEOUT_MS = 10_000;

interface SessionOptions {
  statementTimeoutMs?: number;
  /** For the reads of requests: PostgreSQL rejects statements that write, and plans each for its values. */
  readOnly?: boolean;
}

/** The settings of every connection: our column parsers, UTC, bounded waits. */
export function connection(
  url: string,
  { statementTimeoutMs = STATEMENT_TIMEOUT_MS, readOnly = false }: SessionOptions = {},
): ClientConfig {
  return {
    connectionString: withSessionSettings(url, readOnly),
    types: columnParsers,
    stream: gatheringSocket,
    application_name: 'flowql',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    lock_timeout: LOCK_TIMEOUT_MS,
    // A process that hangs in a transaction must not keep the locks of its runs.
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    // Otherwise the system probes a silent peer only after two hours; the listener's connection is silent most of the
    // time.
    keepAliveInitialDelayMillis: 10_000,
  };
}

/**
 * In `pg`, the address overrides the other settings, so the settings that our parsers need are added to the address.
 */
function withSessionSettings(url: string, readOnly: boolean): string {
  const address = new URL(url);
  const options = [
    address.searchParams.get('options'),
    '-c timezone=UTC -c datestyle=ISO',
    // `readConnection.ts` changes the plans for statements by keys. A read gets one process: its share of the database is counted
    // in connections, and starting a second one takes longer than a page.
    readOnly && '-c default_transaction_read_only=on -c plan_cache_mode=force_custom_plan',
    readOnly && '-c max_parallel_workers_per_gather=0',
  ];
  address.searchParams.set('options', options.filter(Boolean).join(' '));
  return address.href;
}
