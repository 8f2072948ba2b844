import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { connection, STATEMENT_TIMEOUT_MS } from './connection.ts';
import type { Database, Queryable, Statement } from './database.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { requireKnownServer } from './knownServer.ts';
import { openListener } from './openListener.ts';
import { preparedNames } from './preparedNames.ts';
import { orUnavailable, unavailable } from './unavailable.ts';

const DEFAULT_POOL_SIZE = 10;
/** PostgreSQL gives up by itself before; where no word comes even then, the network has swallowed the connection. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
/** What a rollback waits for, before the connection is closed in its place. */
const ROLLBACK_TIMEOUT_MS = 1_000;
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
    transaction: (work, { byKeys = false } = {}) =>
      inTransaction(pool, queryable, work, byKeys ? BEGIN_BY_KEYS : 'begin'),
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

// @types/pg does not know that a single query may have its own time-out.
const ROLLBACK: pg.QueryConfig & { query_timeout: number } = { text: 'rollback', query_timeout: ROLLBACK_TIMEOUT_MS };

// A plan that is kept must not be one for a table that was small when it was made.
const BEGIN_BY_KEYS = 'begin; set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off';

async function inTransaction<Result>(
  pool: pg.Pool,
  queryable: (client: pg.PoolClient) => Queryable,
  work: (transaction: Queryable) => Promise<Result>,
  begin: string,
): Promise<Result> {
  let client: pg.PoolClient | null = null;
  let statements: ReturnType<typeof withinTransaction> | null = null;
  let failed = true;
  try {
    client = await pool.connect();
    const begun = client.query(begin);
    statements = withinTransaction(queryable(client), begun);
    const [, result] = await Promise.all([begun, work(statements)]);
    statements.end();
    // PostgreSQL answers `commit` with a plain ROLLBACK where a statement failed and `work` swallowed its error.
    const { command } = await client.query('commit').catch(lostAtCommit);
    if (command === 'ROLLBACK')
      throw new Error('A transaction was to be committed after one of its statements had failed.');
    failed = false;
    return result;
  } catch (error) {
    throw orUnavailable(error);
  } finally {
    statements?.end();
    // A connection that cannot roll back is broken or busy: it is closed, and PostgreSQL rolls back by itself.
    const broken =
      failed &&
      client &&
      (await client.query(ROLLBACK).then(
        () => false,
        () => true,
      ));
    client?.release(Boolean(broken));
  }
}

/**
 * Statements go out behind `begin` without waiting for it, and several may be under way when the first of them fails. So an
 * answer counts only when `begin` has succeeded, and what comes when the work is over is refused: it would be committed on
 * its own.
 */
function withinTransaction({ query }: Queryable, begun: Promise<unknown>): Queryable & { end(): void } {
  let isOver = false;
  return {
    async query<Row>(statement: Statement, values?: readonly unknown[]) {
      if (isOver) throw new Error(`${statement.name} comes after the end of its transaction.`);
      const [rows] = await Promise.all([query<Row>(statement, values), begun]);
      return rows;
    },
    end() {
      isOver = true;
    },
  };
}

/**
 * Whether a commit took place that PostgreSQL did not answer, nobody knows. So whatever went wrong must not look like a fault
 * in the work, which could be cut up and done again.
 */
function lostAtCommit(error: unknown): never {
  throw error instanceof pg.DatabaseError ? error : unavailable('the connection was lost', error);
}
