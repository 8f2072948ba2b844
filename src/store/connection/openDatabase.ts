import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/prisma/client.ts';
import { connection, STATEMENT_TIMEOUT_MS } from './connection.ts';
import type { Database, Queryable } from './database.ts';
import { inTransaction } from './inTransaction.ts';
import { requireKnownServer } from './knownServer.ts';
import { openListener } from './openListener.ts';
import { preparedNames } from './preparedNames.ts';
import { orUnavailable } from './unavailable.ts';

const DEFAULT_POOL_SIZE = 10;
/** PostgreSQL gives up by itself before; where no word comes even then, the network has swallowed the connection. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
/** Of our statements, and as many again of Prisma's. */
const MAX_PREPARED = 500;

/** Opens a pool, checks that the server answers, and that it is one we know; throws a Problem otherwise. */
export async function openDatabase(options: {
  url: string;
  poolSize?: number;
  /** Default: 35 s. A statement that has no answer by then has failed, and its connection is closed. */
  answerTimeoutMs?: number;
  onStatement?: (name: string) => void;
}): Promise<Database> {
  const pool = new pg.Pool({
    ...connection(options.url),
    // Statements that do not wait for each other's answers are sent together (`Promise.all`), and done in that order. A
    // flush of moves takes three trips in place of six: 1.3 times as many states a second, on this machine's own network.
    pipeline: true,
    max: options.poolSize ?? DEFAULT_POOL_SIZE,
    query_timeout: options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
  });
  // A connection that breaks emits this, idle or not, and Node ends the process where nobody listens. Whoever was using it
  // gets the error from the statement.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  await requireKnownServer(pool).catch(async (error) => {
    await pool.end();
    throw orUnavailable(error);
  });

  const preparedName = preparedNames(MAX_PREPARED);
  const prisma = openPrisma(pool);

  const queryable = (connected: pg.Pool | pg.PoolClient): Queryable => ({
    async query<Row>(statement: { name: string; text: string }, values: readonly unknown[] = []) {
      database.onStatement?.(statement.name);
      try {
        const name = preparedName(statement.name, statement.text);
        // What a statement returns is known to its writer, not to TypeScript. `pg` copies no values, it only reads them.
        const { rows } = await connected.query({ name, text: statement.text, values: values as unknown[] });
        return rows as Row[];
      } catch (error) {
        throw orUnavailable(error);
      }
    },
  });

  const database: Database = {
    ...queryable(pool),
    prisma,
    onStatement: options.onStatement ?? null,
    listen: (channel, on) => openListener(options.url, channel, on),
    transaction: (work, transactionOptions) => inTransaction(pool, queryable, work, transactionOptions),
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
  return database;
}

function openPrisma(pool: pg.Pool): PrismaClient {
  const preparedName = preparedNames(MAX_PREPARED);
  const adapter = new PrismaPg(pool, { statementNameGenerator: ({ sql }) => preparedName('prisma', sql) });
  const extended = new PrismaClient({ adapter }).$extends({
    query: {
      $allOperations: ({ args, query }) =>
        query(args).catch((error: unknown) => {
          throw orUnavailable(error);
        }),
    },
  });
  // The same client, but for `$on`, which an extended one lacks and nobody here calls.
  return extended as unknown as PrismaClient;
}
