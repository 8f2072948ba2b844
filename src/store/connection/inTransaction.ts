import pg from 'pg';
import { Problem } from '../../core/values/problem.ts';
import type { Models, Queryable, Statement, Transaction, TransactionOptions } from './database.ts';
import { type JoinedPrisma, openedWhenCalled } from './openPrisma.ts';
import { orUnavailable, unavailable } from './unavailable.ts';

/** The time that a rollback may take before the connection is closed instead. */
const ROLLBACK_TIMEOUT_MS = 1_000;

// @types/pg lacks the time-out of a single query.
const ROLLBACK: pg.QueryConfig & { query_timeout: number } = { text: 'rollback', query_timeout: ROLLBACK_TIMEOUT_MS };

// A cached plan must not be one for a table that was small when the plan was made.
const BEGIN_BY_KEYS = 'begin; set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off';

/** The connections of a transaction. */
export interface Connections {
  pool: pg.Pool;
  queryable(client: pg.PoolClient): Queryable;
  join(client: pg.PoolClient): Promise<JoinedPrisma>;
}

/** Implements `Database.transaction`: runs `work` in a transaction on its own connection. */
export async function inTransaction<Result>(
  { pool, queryable, join }: Connections,
  work: (transaction: Transaction) => Promise<Result>,
  { byKeys = false }: TransactionOptions = {},
): Promise<Result> {
  let client: pg.PoolClient | null = null;
  let open: OpenTransaction | null = null;
  let failed = true;
  try {
    const connected = await pool.connect();
    client = connected;
    const begun = client.query(byKeys ? BEGIN_BY_KEYS : 'begin');
    open = new OpenTransaction(queryable(client), () => join(connected), begun);
    const [, result] = await Promise.all([begun, work(open)]);
    open.end();
    const [{ command }] = await Promise.all([client.query('commit'), ...open.sent]).catch(lostAtCommit);
    // PostgreSQL answers `commit` with ROLLBACK if a statement failed and `work` swallowed its error.
    if (command === 'ROLLBACK')
      throw new Error('A transaction cannot be committed after one of its statements failed.');
    failed = false;
    return result;
  } catch (error) {
    // Statements after a failed one fail too, so the first error counts.
    throw orUnavailable(open?.fault ?? error);
  } finally {
    open?.end();
    // A connection that cannot roll back is broken or busy. It is closed, and PostgreSQL rolls back.
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
 * Statements are sent right after `begin` without waiting for it, and several may be in flight when the first fails. An
 * answer therefore counts only when `begin` has succeeded. A statement after the end of the work is rejected, because
 * it would be committed on its own.
 */
class OpenTransaction implements Transaction {
  readonly sent: Promise<void>[] = [];
  /** The error of the first sent statement that failed. */
  fault: unknown;
  readonly prisma: Models['prisma'];
  private joined: Promise<JoinedPrisma> | null = null;
  private isOver = false;

  constructor(
    private readonly connected: Queryable,
    join: () => Promise<JoinedPrisma>,
    private readonly begun: Promise<unknown>,
  ) {
    // At the first call, because few transactions use Prisma and joining takes 0.3 ms.
    this.prisma = openedWhenCalled(async () => {
      if (this.isOver) throw new Error('Prisma is called after the end of its transaction.');
      await this.begun;
      this.joined ??= join();
      return (await this.joined).client;
    });
  }

  async query<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]> {
    if (this.isOver) throw new Error(`${statement.name} was sent after the end of its transaction.`);
    const [rows] = await Promise.all([this.connected.query<Row>(statement, values), this.begun]);
    return rows;
  }

  send<Row>(statement: Statement, values: readonly unknown[], take?: (rows: Row[]) => void): void {
    const answered = this.query<Row>(statement, values).then(take);
    answered.catch((error) => (this.fault ??= error));
    this.sent.push(answered);
  }

  end(): void {
    this.isOver = true;
    // If joining failed, the caller of Prisma has received the error.
    this.joined?.then(
      ({ leave }) => leave(),
      () => {},
    );
  }
}

/**
 * If PostgreSQL does not answer a commit, its outcome is unknown. The error must therefore not look like a failure of
 * the work, which would be split and retried.
 */
function lostAtCommit(error: unknown): never {
  throw error instanceof pg.DatabaseError || error instanceof Problem
    ? error
    : unavailable('the connection was lost', error);
}
