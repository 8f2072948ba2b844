import pg from 'pg';
import { Problem } from '../../core/values/problem.ts';
import type { Queryable, Statement, Transaction, TransactionOptions } from './database.ts';
import { orUnavailable, unavailable } from './unavailable.ts';

/** What a rollback waits for, before the connection is closed in its place. */
const ROLLBACK_TIMEOUT_MS = 1_000;

// @types/pg does not know that a single query may have its own time-out.
const ROLLBACK: pg.QueryConfig & { query_timeout: number } = { text: 'rollback', query_timeout: ROLLBACK_TIMEOUT_MS };

// A plan that is kept must not be one for a table that was small when it was made.
const BEGIN_BY_KEYS = 'begin; set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off';

/** Runs `work` in a transaction on a connection of its own, as `Database.transaction` says. */
export async function inTransaction<Result>(
  pool: pg.Pool,
  queryable: (client: pg.PoolClient) => Queryable,
  work: (transaction: Transaction) => Promise<Result>,
  { byKeys = false }: TransactionOptions = {},
): Promise<Result> {
  let client: pg.PoolClient | null = null;
  let open: OpenTransaction | null = null;
  let failed = true;
  try {
    client = await pool.connect();
    const begun = client.query(byKeys ? BEGIN_BY_KEYS : 'begin');
    open = new OpenTransaction(queryable(client), begun);
    const [, result] = await Promise.all([begun, work(open)]);
    open.end();
    const [{ command }] = await Promise.all([client.query('commit'), ...open.sent]).catch(lostAtCommit);
    // PostgreSQL answers `commit` with a plain ROLLBACK where a statement failed and `work` swallowed its error.
    if (command === 'ROLLBACK')
      throw new Error('A transaction was to be committed after one of its statements had failed.');
    failed = false;
    return result;
  } catch (error) {
    // What came after a statement that failed could only fail, too.
    throw orUnavailable(open?.fault ?? error);
  } finally {
    open?.end();
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
class OpenTransaction implements Transaction {
  readonly sent: Promise<void>[] = [];
  /** The error of the first sent statement that failed. */
  fault: unknown;
  private isOver = false;

  constructor(
    private readonly connected: Queryable,
    private readonly begun: Promise<unknown>,
  ) {}

  async query<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]> {
    if (this.isOver) throw new Error(`${statement.name} comes after the end of its transaction.`);
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
  }
}

/**
 * Whether a commit took place that PostgreSQL did not answer, nobody knows. So whatever went wrong must not look like a fault
 * in the work, which could be cut up and done again.
 */
function lostAtCommit(error: unknown): never {
  throw error instanceof pg.DatabaseError || error instanceof Problem
    ? error
    : unavailable('the connection was lost', error);
}
