import type { Database, Statement } from '../../src/store/connection/database.ts';

/** The same database, but that something happens just before a statement is asked for the first time. Not in transactions. */
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
