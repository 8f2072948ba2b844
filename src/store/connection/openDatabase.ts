import { LRUCache } from 'lru-cache';
import pg from 'pg';
import { connectionShares } from '../sharing/connectionShares.ts';
import { FairTurns } from '../sharing/fairTurns.ts';
import { connection, STATEMENT_TIMEOUT_MS } from './connection.ts';
import type { Database, Queryable, Reads, Statement } from './database.ts';
import { inTransaction } from './inTransaction.ts';
import { requireKnownServer } from './knownServer.ts';
import { openListener } from './openListener.ts';
import { calledThrough, openPrisma } from './openPrisma.ts';
import { keepBrokenConnections, openReads } from './openReads.ts';
import { preparedNames, recentlyPreparedNames } from './preparedNames.ts';
import { orUnavailable } from './unavailable.ts';

const DEFAULT_POOL_SIZE = 10;
const DEFAULT_READ_TIMEOUT_MS = 10_000;
const DEFAULT_WAITING_READS = 1_000;
/** PostgreSQL cancels a statement earlier. If no answer arrives even then, the connection is dead. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
/** The limit for our statements, and separately for Prisma's. */
const MAX_PREPARED = 500;
const MAX_WAITING_WRITES = 1_000;
const DEFAULT_MAX_WAIT_MS = 5_000;

export interface DatabaseOptions {
  url: string;
  /** The number of connections in total, at least 5. Defaults to 10. */
  poolSize?: number;
  /** Defaults to 10 s. */
  readTimeoutMs?: number;
  /** How many reads of one group may wait. Defaults to 1,000. */
  maxWaitingReads?: number;
  /** How long the statement of a request waits for its turn. Defaults to 5 s. */
  maxWaitMs?: number;
  /** Defaults to 35 s. A statement without an answer by then fails, and its connection is closed. */
  answerTimeoutMs?: number;
  onStatement?: (name: string) => void;
}

/**
 * Opens the connections, each kind in a pool of its own ([0024](docs/decisions/0024-shares-of-connections.md)). Throws a
 * Problem if the server does not answer or its version is not supported.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, readTimeoutMs = DEFAULT_READ_TIMEOUT_MS, maxWaitMs = DEFAULT_MAX_WAIT_MS } = options;
  const shares = connectionShares(options.poolSize ?? DEFAULT_POOL_SIZE);
  const openPool = (size: number, more: pg.PoolConfig = {}) => {
    const opened = new pg.Pool({
      ...connection(url),
      // Statements in a `Promise.all` are sent together and executed in that order. A flush of moves takes three round
      // trips instead of six: 1.3 times as many states a second, even without a network between server and database.
      pipeline: true,
      max: size,
      query_timeout: options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
      ...more,
    });
    keepBrokenConnections(opened);
    return opened;
  };
  const pool = openPool(shares.work);
  // Kept open: a new connection may not be possible when it is needed.
  const keysPool = openPool(shares.keys, { idleTimeoutMillis: 0 });
  await requireKnownServer(pool).catch(async (error) => {
    await Promise.all([pool.end(), keysPool.end()]);
    throw orUnavailable(error);
  });

  const preparedName = preparedNames(MAX_PREPARED);
  const preparedByPrisma = preparedNames(MAX_PREPARED);
  const prisma = openPrisma(pool, (name, sql) => {
    database.onStatement?.(name);
    return preparedByPrisma(name, sql);
  });

  const preparedForReads = recentlyPreparedNames(MAX_PREPARED);
  const nameOf = (statement: Statement, prepared = preparedName): string => {
    database.onStatement?.(statement.name);
    return prepared(statement.name, statement.text);
  };
  const queryable = (connected: pg.Pool | pg.PoolClient): Queryable => ({
    async query<Row>(statement: Statement, values: readonly unknown[] = []) {
      try {
        // `pg` reads the values and does not change them.
        const config = { name: nameOf(statement), text: statement.text, values: values as unknown[] };
        const { rows } = await connected.query(config);
        return rows as Row[]; // Only the author of a statement knows the type of its rows.
      } catch (error) {
        throw orUnavailable(error);
      }
    },
  });

  const reads = openReads({
    url,
    size: shares.reads,
    timeoutMs: readTimeoutMs,
    maxWaitMs,
    maxWaiting: options.maxWaitingReads ?? DEFAULT_WAITING_READS,
    preparedName: (statement) => nameOf(statement, preparedForReads),
  });
  // Requests leave one connection to the coalescing writer, the loops and the streams. A write never gives way.
  const size = Math.max(1, shares.work - 1);
  const turns = new FairTurns({
    size,
    slow: size,
    slowAfterMs: 0,
    maxWaiting: MAX_WAITING_WRITES,
    maxWaitMs: { quick: maxWaitMs, slow: maxWaitMs },
  });
  const inTurn = async <Result>(group: string, work: () => Promise<Result>): Promise<Result> => {
    const turn = await turns.take({ group, lane: 'quick', giveWay: null });
    try {
      return await work();
    } finally {
      turn.end();
    }
  };
  const modelsInTurn = rememberedByGroup((group) => calledThrough((call) => inTurn(group, () => call(prisma.client))));
  const writesInTurn = rememberedByGroup(
    (group): Database => ({
      ...database,
      query: (statement, values) => inTurn(group, () => database.query(statement, values)),
      transaction: (work, transactionOptions) => inTurn(group, () => database.transaction(work, transactionOptions)),
      prisma: modelsInTurn(group),
    }),
  );

  const database: Database = {
    ...queryable(pool),
    prisma: prisma.client,
    keys: queryable(keysPool),
    async warmUp() {
      await prisma.client.tenant.findFirst({ select: { id: true } });
    },
    onStatement: options.onStatement ?? null,
    listen: (channel, on) => openListener(url, channel, on),
    transaction: (work, transactionOptions) =>
      inTransaction({ pool, queryable, join: prisma.join }, work, transactionOptions),
    // Prisma only reads by keys, which takes no time that is worth a connection of its own.
    reads: (share): Reads => reads.of(share, modelsInTurn(share.group)),
    writes: writesInTurn,
    async close() {
      await prisma.client.$disconnect();
      await Promise.all([pool.end(), keysPool.end(), reads.close()]);
    },
  };
  return database;
}

// Each request needs them, and they have no state.
const MOST_GROUPS = 1_000;
function rememberedByGroup<Value extends object>(make: (group: string) => Value): (group: string) => Value {
  const known = new LRUCache<string, Value>({ max: MOST_GROUPS, memoMethod: make });
  return (group) => known.memo(group);
}
