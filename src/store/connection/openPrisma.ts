import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { type Prisma, PrismaClient } from '../generated/prisma/client.ts';
import type { PrismaModels } from './database.ts';
import { databaseError } from './prismaErrors.ts';
import { markNumbers, unmarkNumbers } from './prismaNumbers.ts';

/** Prisma in a transaction of ours. */
export interface JoinedPrisma {
  client: PrismaModels;
  /** Call it before the transaction ends. Later statements of the client are rejected. */
  leave(): void;
}

export interface OpenPrisma {
  /** Uses any connection of the pool. */
  client: PrismaClient;
  /** Uses a connection in which the caller has begun a transaction. Prisma neither commits nor rolls back. */
  join(connection: pg.PoolClient): Promise<JoinedPrisma>;
}

/**
 * The longest delay of setTimeout. Every connection has time-outs for statements and idle transactions in PostgreSQL.
 */
const NEVER_MS = 2 ** 31 - 1;

/**
 * Opens Prisma's client on a pool.
 * @param preparedAs returns the name under which a statement is prepared; gets the name of the call, `workPool.create`
 */
export function openPrisma(pool: pg.Pool, preparedAs: (name: string, sql: string) => string): OpenPrisma {
  const options = { statementNameGenerator: ({ sql }: { sql: string }) => preparedAs(nameIn(sql), sql) };
  let handedOver: PoolOfOne | null = null;

  // Prisma only has transactions that it begins itself. Ours are marked with an isolation level, PostgreSQL's default,
  // which Prisma's own never have. For a marked one, this adapter begins nothing and uses the connection that was
  // handed over.
  const onPool = new PrismaPg(pool, options);
  const adapter: Pick<PrismaPg, 'provider' | 'adapterName' | 'connect'> = {
    provider: onPool.provider,
    adapterName: onPool.adapterName,
    async connect() {
      const connected = markNumbers(await onPool.connect());
      const begin = connected.startTransaction.bind(connected);
      connected.startTransaction = async (isolationLevel) => {
        if (isolationLevel === undefined) return markNumbers(await begin());
        if (handedOver === null) throw new Error('Prisma began a transaction outside one of ours.');
        const onConnection = markNumbers(await new PrismaPg(handedOver, options).connect());
        handedOver = null;
        // With `usePhantomQuery`, Prisma calls these functions instead of sending COMMIT and ROLLBACK.
        return Object.assign(onConnection, { options: { usePhantomQuery: true }, commit: nothing, rollback: nothing });
      };
      return connected;
    },
  };

  const client = withDatabaseErrors(
    new PrismaClient({
      adapter,
      // Other formats read the caller's source file for each error, which takes 50 ms.
      errorFormat: 'minimal',
      transactionOptions: { maxWait: NEVER_MS, timeout: NEVER_MS },
      comments: [
        ({ query: { modelName = '', action } }) => ({
          prisma: `${modelName.replace(/^./, (letter) => letter.toLowerCase())}.${action.replace(/One$/, '')}`,
        }),
      ],
    }),
  );

  const begin = (connection: pg.PoolClient) =>
    new Promise<JoinedPrisma>((resolve, reject) => {
      const poolOfOne = new PoolOfOne(connection);
      handedOver = poolOfOne;
      const work = (joined: Prisma.TransactionClient) =>
        new Promise<void>((end) => {
          const leave = () => {
            poolOfOne.close();
            end();
          };
          resolve({ client: joined, leave });
        });
      client.$transaction(work, { isolationLevel: 'ReadCommitted' }).catch(reject);
    });
  // One at a time, so that each transaction uses the connection that was handed over for it.
  let last: Promise<unknown> = Promise.resolve();
  return {
    client,
    join(connection) {
      const joined = last.then(() => begin(connection));
      last = joined.catch(nothing);
      return joined;
    },
  };
}

const nothing = async () => {};

/** Returns the name in the comment that `comments` above appends: `prisma='workPool.create'`. */
const nameIn = (sql: string) => /\/\*prisma='([\w.]*)'\*\/$/.exec(sql)?.[1] ?? 'prisma';

/** A pool for Prisma's adapter that sends every statement to one connection. */
class PoolOfOne extends pg.Pool {
  constructor(connection: pg.PoolClient) {
    super();
    this.query = connection.query.bind(connection);
  }

  /** After the commit, a statement would be committed on its own, or in the next transaction of the connection. */
  close(): void {
    this.query = () => Promise.reject(new Error('Prisma sends a statement after the end of its transaction.'));
  }
}

/** Returns the same client, but its errors are those of our statements. */
function withDatabaseErrors(client: PrismaClient): PrismaClient {
  const extended = client.$extends({
    query: {
      $allOperations: ({ args, query }) =>
        query(args).then(unmarkNumbers, (error: unknown) => {
          throw databaseError(error);
        }),
    },
  });
  // It only lacks `$on`, which we do not call.
  return extended as unknown as PrismaClient;
}

/** Returns the models of a client that is opened at the first call. */
export const openedWhenCalled = (open: () => Promise<PrismaModels>): PrismaModels =>
  calledThrough(async (call) => call(await open()));

/** Returns models that pass each call on to `through`, which decides when it is made, and on which models. */
export function calledThrough(
  through: (call: (models: PrismaModels) => Promise<unknown>) => Promise<unknown>,
): PrismaModels {
  // `PrismaModels` defines which models and operations exist.
  type Callable = { [model: string]: { [operation: string]: (args: unknown) => Promise<unknown> } };
  const call = (model: string, operation: string, args: unknown) =>
    through(async (models) => (models as unknown as Callable)[model]?.[operation]?.(args));
  const operations = (model: string) =>
    new Proxy({}, { get: (_, operation: string) => (args: unknown) => call(model, operation, args) });
  return new Proxy({} as PrismaModels, { get: (_, model: string) => operations(model) });
}
