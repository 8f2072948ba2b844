import type { Gone } from '../../core/values/gone.ts';
import type { Prisma } from '../generated/prisma/client.ts';

/** A named SQL statement. Its text begins with its name, and it is prepared under that name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /**
   * Whether one plan is right for all values, and reaches every table by an index. Reads then use a plan again, instead
   * of making one at each execution.
   */
  readonly generic?: boolean;
}

export interface Queryable {
  /** Returns rows with PostgreSQL's column names: timestamptz as `Instant`, bigint as number, jsonb as parsed JSON. */
  query<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

/** A row as PostgreSQL sent it: the text of each column. */
export type TextRow = readonly (string | null)[];

/** For answers that are made of columns' texts, without reading their values. */
export interface TextReads {
  texts(statement: Statement, values?: readonly unknown[]): Promise<TextRow[]>;
}

/** Prisma's client without raw SQL and transactions, for which `Queryable` and `Database` have their own. */
export type PrismaModels = {
  [Key in keyof Prisma.TransactionClient as Exclude<Key, `$${string}`>]: Prisma.TransactionClient[Key];
};

/** Reads and writes the models of schema.prisma: a database, or a transaction. */
export interface Models {
  /** For what is neither hot nor dynamic (docs/decisions/0012-prisma.md). Throws the same errors as statements. */
  readonly prisma: PrismaModels;
}

/** Takes statements and has the models. */
export interface Store extends Queryable, Models {}

/** What reads for one request. */
export interface Reads extends Store, TextReads {}

export interface Transaction extends Store {
  /**
   * Sends a statement without waiting for its answer, which is awaited together with the commit. If the statement
   * fails, the transaction fails with its error.
   * @param take receives the rows before the transaction ends
   */
  send<Row>(statement: Statement, values: readonly unknown[], take?: (rows: Row[]) => void): void;
}

export interface TransactionOptions {
  /**
   * Set it if every statement finds its rows by keys, so that one plan with indexes is always right. PostgreSQL would
   * plan some of them again at each execution, which takes longer than the execution.
   */
  byKeys?: boolean;
}

/** Whose request it is, for its share of the connections. */
export interface Share {
  /** The tenant, or the client's address if the server is open to all. */
  group: string;
  /** Whether the client no longer waits for the answer. */
  gone?: Gone | undefined;
}

/** Statements go to the connections for writes, loops and streams, which the reads of requests never occupy. */
export interface Database extends Store {
  /** For API keys and readiness: a connection that nothing else uses. */
  readonly keys: Queryable;
  /**
   * Returns what reads for one request. Statements have connections of their own, which all groups share; they fail with
   * TIMEOUT, and with UNAVAILABLE if too many are waiting. They are cancelled when the client has gone.
   */
  reads(share: Share): Reads;
  /** Returns the same database for the writes of a group, which waits for its turn instead of taking every connection. */
  writes(group: string): Database;
  /** Runs `work` in one transaction on one connection. Commits when it returns, rolls back when it throws. */
  transaction<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>;
  /** Loads Prisma's query compiler, for which its first call would otherwise wait: 0.1 s of CPU. */
  warmUp(): Promise<void>;
  /** Listens on a channel on a separate connection, and reopens the connection when it is lost. */
  listen(
    channel: string,
    on: { message: (payload: string) => void; connected: () => void },
  ): Promise<{ close(): Promise<void> }>;
  /** Receives the name of each statement before it is sent. Tests count statements with it. */
  onStatement: ((name: string) => void) | null;
  close(): Promise<void>;
}

/** Names a statement, in its text, for the database's log, and as a prepared statement. */
export const statement = (
  name: string,
  text: string,
  { generic = false }: Pick<Statement, 'generic'> = {},
): Statement => ({ name, text: `/* ${name} */ ${text}`, generic });
