import pg from 'pg';
import { connection, STATEMENT_TIMEOUT_MS } from './connection.ts';
import type { Database, Queryable } from './database.ts';
import { inTransaction } from './inTransaction.ts';
import { requireKnownServer } from './knownServer.ts';
import { openListener } from './openListener.ts';
import { openPrisma } from './openPrisma.ts';
import { preparedNames } from './preparedNames.ts';
import { orUnavailable } from './unavailable.ts';

const DEFAULT_POOL_SIZE = 10;
/** PostgreSQL cancels a statement earlier. If no answer arrives even then, the connection is dead. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
/** The limit for our statements, and separately for Prisma's. */
const MAX_PREPARED = 500;

/** Opens a pool. Throws a Problem if the server does not answer or its version is not supported. */
export async function openDatabase(options: {
  url: string;
  poolSize?: number;
  /** Defaults to 35 s. A statement without an answer by then fails, and its connection is closed. */
  answerTimeoutMs?: number;
  onStatement?: (name: string) => void;
}): Promise<Database> {
  const pool = new pg.Pool({
    ...connection(options.url),
    // Statements in a `Promise.all` are sent together and executed in that order. A flush of moves takes three round
    // trips instead of six: 1.3 times as many states a second, even without a network between server and database.
    pipeline: true,
    max: options.poolSize ?? DEFAULT_POOL_SIZE,
    query_timeout: options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
  });
  // A broken connection emits an error, idle or not, and Node ends the process if there is no listener. A caller that
  // uses the connection receives the error from its statement.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  await requireKnownServer(pool).catch(async (error) => {
    await pool.end();
    throw orUnavailable(error);
  });

  const preparedName = preparedNames(MAX_PREPARED);
  const preparedByPrisma = preparedNames(MAX_PREPARED);
  const prisma = openPrisma(pool, (name, sql) => {
    database.onStatement?.(name);
    return preparedByPrisma(name, sql);
  });

  const queryable = (connected: pg.Pool | pg.PoolClient): Queryable => ({
    async query<Row>(statement: { name: string; text: string }, values: readonly unknown[] = []) {
      database.onStatement?.(statement.name);
      try {
        const name = preparedName(statement.name, statement.text);
        // Only the author of a statement knows the type of its rows. `pg` reads the values and does not change them.
        const { rows } = await connected.query({ name, text: statement.text, values: values as unknown[] });
        return rows as Row[];
      } catch (error) {
        throw orUnavailable(error);
      }
    },
  });

  const database: Database = {
    ...queryable(pool),
    prisma: prisma.client,
    async warmUp() {
      await prisma.client.tenant.findFirst({ select: { id: true } });
    },
    onStatement: options.onStatement ?? null,
    listen: (channel, on) => openListener(options.url, channel, on),
    transaction: (work, transactionOptions) =>
      inTransaction({ pool, queryable, join: prisma.join }, work, transactionOptions),
    async close() {
      await prisma.client.$disconnect();
      await pool.end();
    },
  };
  return database;
}
