import type { PrismaClient } from '../generated/prisma/client.ts';

/** A named SQL statement. Its text begins with its name, and it is prepared under that name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export interface Queryable {
  /** Rows with columns as PostgreSQL names them; timestamptz comes as `Instant`, bigint as number, jsonb as parsed JSON. */
  query<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Transaction extends Queryable {
  /**
   * Sends a statement and goes on: its answer is awaited with that of the commit, which leaves right behind it. Where it
   * fails, the transaction fails with its error.
   * @param take gets its rows, before the transaction is over
   */
  send<Row>(statement: Statement, values: readonly unknown[], take?: (rows: Row[]) => void): void;
}

export interface TransactionOptions {
  /**
   * Every statement finds its rows by keys, so that one plan by the indexes serves for good. PostgreSQL would plan some of
   * them anew each time, which takes longer than to run them.
   */
  byKeys?: boolean;
}

export interface Database extends Queryable {
  /** Runs `work` in one transaction on one connection: commits when it returns, rolls back when it throws. */
  transaction<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>;
  /** For what is neither hot nor dynamic. It shares the pool. */
  readonly prisma: PrismaClient;
  /** Opens a connection of its own that listens on a channel, and opens it again when it is lost. */
  listen(
    channel: string,
    on: { message: (payload: string) => void; connected: () => void },
  ): Promise<{ close(): Promise<void> }>;
  /** Called with the name of each statement, before it runs; tests count them. */
  onStatement: ((name: string) => void) | null;
  close(): Promise<void>;
}

/** Gives a statement its name: in the text, for the database's log, and as the name it is prepared under. */
export const statement = (name: string, text: string): Statement => ({ name, text: `/* ${name} */ ${text}` });
