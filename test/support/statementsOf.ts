import type { Database } from '../../src/store/connection/database.ts';

/** The names of the statements of some work, in their order. Wake-ups go out when they like, and are not among them. */
export async function statementsOf(database: Database, work: () => Promise<unknown>): Promise<string[]> {
  const names: string[] = [];
  database.onStatement = (name) => names.push(name);
  await work();
  database.onStatement = null;
  return names.filter((name) => name !== 'notify');
}
