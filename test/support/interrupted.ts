import type { Database, Statement } from '../../src/store/connection/database.ts';

/** Returns the database, with something that happens before the first query of a statement. Transactions are unchanged. */
export function interrupted(database: Database, name: string, happens: () => Promise<unknown>): Database {
  let hasHappened = false;
  return {
    ...database,
    async query<Row>(asked: Statement, values?: readonly unknown[]) {
      if (asked.name === name && !hasHappened) {
        hasHappened = true;
        await happens();
      }
      return database.query<Row>(asked, values);
    },
  };
}
