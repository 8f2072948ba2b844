import type { Queryable, Reads, Store, TextReads } from '../store/connection/database.ts';
import type { RequestBudget } from './requestBudget.ts';

// A document can request hundreds of lists. More statements at once would take the connections of other requests, and
// read more rows before the first of them draws on the budget.
const STATEMENTS_AT_ONCE = 4;

/** Returns the database for the reads of one request: the rows that its statements return draw on the budget. */
export function budgetedDatabase<Of extends Store | Reads>(database: Of, budget: RequestBudget): Of {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function drawn<Row>(read: () => Promise<Row[]>): Promise<Row[]> {
    if (running >= STATEMENTS_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    if (budget.isOver) return budget.never;
    running += 1;
    try {
      const rows = await read();
      budget.drawRows(rows.length);
      return budget.isOver ? budget.never : rows;
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  }
  const query: Queryable['query'] = (statement, values) => drawn(() => database.query(statement, values));
  if (!('texts' in database)) return { ...database, query };
  const texts: TextReads['texts'] = (statement, values) => drawn(() => database.texts(statement, values));
  return { ...database, query, texts };
}
