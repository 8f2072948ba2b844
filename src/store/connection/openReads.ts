import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import pg from 'pg';
import { Problem } from '../../core/values/problem.ts';
import { Cancellation } from '../sharing/cancellation.ts';
import { clientIsGone, FairTurns, type Lane } from '../sharing/fairTurns.ts';
import { connection } from './connection.ts';
import type { Queryable, Share, Statement, TextReads } from './database.ts';
import { orUnavailable } from './unavailable.ts';

// A page of runs takes some milliseconds. A statement that takes this long is one of few that occupy the database.
const SLOW_AFTER_MS = 500;
/** How long a slow statement is remembered, so that it does not begin among the quick ones again. */
const REMEMBER_MS = 60_000;
const MAX_REMEMBERED = 1_000;
/** PostgreSQL cancels a statement earlier. If no answer arrives even then, the connection is dead. */
const ANSWER_GRACE_MS = 5_000;

export interface ReadsOptions {
  url: string;
  /** Number of connections. */
  size: number;
  timeoutMs: number;
  maxWaitMs: number;
  maxWaiting: number;
  queryable(client: pg.PoolClient): Queryable & TextReads;
}

export interface ReadConnections {
  /** Takes the statements of one request. They cannot write. */
  of(share: Share): Queryable & TextReads;
  close(): Promise<void>;
}

/** The statement was cancelled, because quick statements were waiting. It is sent again, among the slow ones. */
const GAVE_WAY = Symbol();

/**
 * Opens the connections for the reads of requests, which users write: a filter can make PostgreSQL work for minutes. All
 * tenants share them fairly, slow statements get at most half of them while others wait, each is cancelled when it has
 * taken `timeoutMs` or when its client has left.
 */
export function openReads({ url, size, timeoutMs, maxWaitMs, maxWaiting, queryable }: ReadsOptions): ReadConnections {
  const pool = new pg.Pool({
    ...connection(url, { statementTimeoutMs: timeoutMs, readOnly: true }),
    max: size,
    query_timeout: timeoutMs + ANSWER_GRACE_MS,
  });
  keepBrokenConnections(pool);
  const turns = new FairTurns({
    size,
    slow: Math.max(1, Math.floor(size / 2)),
    slowAfterMs: SLOW_AFTER_MS,
    maxWaiting,
    // Behind slow statements, each of which may take its whole time.
    maxWaitMs: { quick: maxWaitMs, slow: maxWaitMs + timeoutMs },
  });
  const slowStatements = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: REMEMBER_MS });
  const keyOf = (group: string, { text }: Statement) => createHash('sha1').update(group).update(text).digest('base64');
  const isKnownSlow = (group: string, statement: Statement) =>
    slowStatements.size > 0 && slowStatements.has(keyOf(group, statement));

  /** Sends a statement on a connection. */
  type Send<Row> = (connected: Queryable & TextReads) => Promise<Row[]>;

  async function attempt<Row>(
    { group, gone }: Share,
    lane: Lane,
    statement: Statement,
    send: Send<Row>,
  ): Promise<Row[] | typeof GAVE_WAY> {
    let hasGivenWay = false;
    let cancellation: Cancellation | null = null;
    const giveWay = () => {
      hasGivenWay = true;
      slowStatements.set(keyOf(group, statement), true);
      cancellation?.start();
    };
    const turn = await turns.take({ group, lane, giveWay, gone });
    try {
      // It waited behind an equal statement that turned out to be slow.
      if (lane === 'quick' && isKnownSlow(group, statement)) return GAVE_WAY;
      const client = await pool.connect();
      cancellation = new Cancellation(client);
      gone?.addEventListener('abort', cancellation.start);
      try {
        if (gone?.aborted) throw clientIsGone();
        if (hasGivenWay) return GAVE_WAY;
        return await send(queryable(client));
      } catch (error) {
        if (!isCancelled(error)) throw error;
        if (gone?.aborted) throw clientIsGone();
        if (hasGivenWay) return GAVE_WAY;
        throw tookTooLong(timeoutMs);
      } finally {
        gone?.removeEventListener('abort', cancellation.start);
        const isClean = await cancellation.end();
        client.release(!isClean);
      }
    } catch (error) {
      throw orUnavailable(error);
    } finally {
      turn.end();
    }
  }

  async function read<Row>(share: Share, statement: Statement, send: Send<Row>): Promise<Row[]> {
    const lane = isKnownSlow(share.group, statement) ? 'slow' : 'quick';
    const rows = await attempt(share, lane, statement, send);
    if (rows !== GAVE_WAY) return rows;
    const again = await attempt(share, 'slow', statement, send);
    // Work in the slow lane never gives way.
    if (again === GAVE_WAY) throw new Error(`${statement.name} gave way twice.`);
    return again;
  }

  return {
    of: (share) => ({
      query: <Row>(statement: Statement, values?: readonly unknown[]) =>
        read<Row>(share, statement, (connected) => connected.query(statement, values)),
      texts: (statement, values) => read(share, statement, (connected) => connected.texts(statement, values)),
    }),
    close: () => pool.end(),
  };
}

/**
 * A broken connection emits an error, idle or not, and Node ends the process if there is no listener. A caller that uses
 * the connection receives the error from its statement.
 */
export function keepBrokenConnections(pool: pg.Pool): void {
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
}

const CANCELLED = '57014';

const isCancelled = (error: unknown): boolean =>
  error instanceof Problem && error.cause instanceof pg.DatabaseError && error.cause.code === CANCELLED;

const tookTooLong = (timeoutMs: number) =>
  new Problem(
    'TIMEOUT',
    `A read took longer than ${timeoutMs} ms (FLOWQL_READ_TIMEOUT_MS) and was cancelled. Use a simpler filter, or ` +
      'request fewer rows.',
    { limit: 'readTimeoutMs', max: timeoutMs },
  );
