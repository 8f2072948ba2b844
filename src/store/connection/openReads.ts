import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import pg from 'pg';
import type { Gone } from '../../core/values/gone.ts';
import { Problem } from '../../core/values/problem.ts';
import { Cancellation } from '../sharing/cancellation.ts';
import { clientIsGone, FairTurns, type Lane, type Taking } from '../sharing/fairTurns.ts';
import { connection } from './connection.ts';
import type { PrismaModels, Reads, Share, Statement, TextRow } from './database.ts';
import { KeptConnections } from './keptConnections.ts';
import type { Sending } from './readConnection.ts';
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
  /** Returns the name under which a statement is prepared. Called for each statement that is sent. */
  preparedName(statement: Statement): string;
}

export interface ReadConnections {
  /** Takes the statements of one request. They cannot write. */
  of(share: Share, prisma: PrismaModels): Reads;
  close(): Promise<void>;
}

/** The statement was cancelled, because quick statements were waiting. It is sent again, among the slow ones. */
const GAVE_WAY = Symbol();

/**
 * Opens the connections for the reads of requests, which users write: a filter can make PostgreSQL work for minutes. All
 * tenants share them fairly, slow statements get at most half of them while others wait, each is cancelled when it has
 * taken `timeoutMs` or when its client has left.
 */
export function openReads({
  url,
  size,
  timeoutMs,
  maxWaitMs,
  maxWaiting,
  preparedName,
}: ReadsOptions): ReadConnections {
  const pool = new pg.Pool({
    ...connection(url, { statementTimeoutMs: timeoutMs, readOnly: true }),
    max: size,
    query_timeout: timeoutMs + ANSWER_GRACE_MS,
  });
  keepBrokenConnections(pool);
  const connections = new KeptConnections(pool);
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

  async function attempt<Row>(share: Share, lane: Lane, sending: Sending): Promise<Row[] | typeof GAVE_WAY> {
    const { statement } = sending;
    const attempted = new Attempt(share, lane, () => slowStatements.set(keyOf(share.group, statement), true));
    const given = turns.take(attempted);
    const turn = given instanceof Promise ? await given : given;
    try {
      // It waited behind an equal statement that turned out to be slow.
      if (lane === 'quick' && isKnownSlow(share.group, statement)) return GAVE_WAY;
      const taken = connections.take();
      const connection = taken instanceof Promise ? await taken : taken;
      let isUsable = true;
      try {
        attempted.client = connection.client;
        if (share.gone?.aborted) throw clientIsGone();
        if (attempted.hasGivenWay) return GAVE_WAY;
        sending.name = preparedName(statement);
        return await connection.read<Row>(sending);
      } catch (thrown) {
        // A connection that did not answer may still be busy.
        isUsable = thrown instanceof pg.DatabaseError || thrown instanceof Problem;
        const error = orUnavailable(thrown);
        if (!isCancelled(error)) throw error;
        if (share.gone?.aborted) throw clientIsGone();
        if (attempted.hasGivenWay) return GAVE_WAY;
        throw tookTooLong(timeoutMs);
      } finally {
        const ended = attempted.end();
        const isClean = ended instanceof Promise ? await ended : ended;
        connections.giveBack(connection, isUsable && isClean);
      }
    } catch (error) {
      throw orUnavailable(error);
    } finally {
      turn.end();
    }
  }

  const rowsOf: RowsOf = async <Row>(
    share: Share,
    statement: Statement,
    values: readonly unknown[],
    asTexts: boolean,
  ) => {
    const sending: Sending = { statement, name: '', values, asTexts };
    const lane = isKnownSlow(share.group, statement) ? 'slow' : 'quick';
    const rows = await attempt<Row>(share, lane, sending);
    if (rows !== GAVE_WAY) return rows;
    const again = await attempt<Row>(share, 'slow', sending);
    // Work in the slow lane never gives way.
    if (again === GAVE_WAY) throw new Error(`${statement.name} gave way twice.`);
    return again;
  };

  return {
    of: (share, prisma) => new RequestReads(share, prisma, rowsOf),
    close: () => connections.close(),
  };
}

type RowsOf = <Row>(share: Share, statement: Statement, values: readonly unknown[], asTexts: boolean) => Promise<Row[]>;

/** A class, because every request creates one. */
class RequestReads implements Reads {
  constructor(
    private readonly share: Share,
    readonly prisma: PrismaModels,
    private readonly rowsOf: RowsOf,
  ) {}

  query<Row>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    return this.rowsOf<Row>(this.share, statement, values, false);
  }

  texts(statement: Statement, values: readonly unknown[] = []): Promise<TextRow[]> {
    return this.rowsOf<TextRow>(this.share, statement, values, true);
  }
}

/** A statement that waits for its turn, or has one. It is cancelled when it must give way or its client has gone. */
class Attempt implements Taking {
  readonly group: string;
  readonly gone: Gone | undefined;
  /** While its statement may be executed. */
  client: pg.PoolClient | null = null;
  hasGivenWay = false;
  private cancellation: Cancellation | null = null;

  constructor(
    share: Share,
    readonly lane: Lane,
    private readonly rememberAsSlow: () => void,
  ) {
    this.group = share.group;
    this.gone = share.gone;
  }

  giveWay(): void {
    this.hasGivenWay = true;
    this.rememberAsSlow();
    this.leave();
  }

  leave(): void {
    if (!this.client) return;
    this.cancellation ??= new Cancellation(this.client);
    this.cancellation.start();
  }

  /** Call it when the statement has ended. Returns false if a cancellation may still reach its connection. */
  end(): boolean | Promise<boolean> {
    this.client = null;
    return this.cancellation?.end() ?? true;
  }
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
