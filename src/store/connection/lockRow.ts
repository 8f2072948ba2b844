import { type Queryable, statement } from './database.ts';

/**
 * How strongly the rows of a table are locked. Other transactions can insert references to a locked row, unless it may
 * be deleted under the lock.
 */
const STRENGTHS = {
  concurrency_limit: 'update',
  project: 'no key update',
  work_pool: 'no key update',
} as const;

type LockableTable = keyof typeof STRENGTHS;

const lock = (table: LockableTable) =>
  statement(`${table}.lock`, `select from ${table} where id = $1 for ${STRENGTHS[table]}`);
const LOCKS: { readonly [Table in LockableTable]: ReturnType<typeof lock> } = {
  concurrency_limit: lock('concurrency_limit'),
  project: lock('project'),
  work_pool: lock('work_pool'),
};

/**
 * Locks a row until the transaction ends. Returns false if it does not exist. Read it after that: Prisma cannot lock.
 */
export const lockRow = async (transaction: Queryable, table: LockableTable, id: string): Promise<boolean> =>
  (await transaction.query(LOCKS[table], [id])).length > 0;
