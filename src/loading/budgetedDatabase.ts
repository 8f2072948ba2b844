import type { PrismaModels, Reads, Statement, Store, TextRow } from '../store/connection/database.ts';
import type { RequestBudget } from './requestBudget.ts';

// A document can request hundreds of lists. More statements at once would take the connections of other requests, and
// read more rows before the first of them draws on the budget.
const STATEMENTS_AT_ONCE = 4;

/** Returns the database for the reads of one request: the rows that its statements return draw on the budget. */
export const budgetedDatabase = <Of extends Store | Reads>(database: Of, budget: RequestBudget): Of =>
  // Its texts are used only if those of the database are.
  new BudgetedDatabase(database as Reads, budget) as Store as Of;

/** A class, because every request creates one. */
class BudgetedDatabase implements Reads {
  private running = 0;
  private waiting: (() => void)[] | null = null;

  constructor(
    private readonly database: Reads,
    private readonly budget: RequestBudget,
  ) {}

  get prisma(): PrismaModels {
    return this.database.prisma;
  }

  query<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]> {
    return this.drawn(() => this.database.query<Row>(statement, values));
  }

  texts(statement: Statement, values?: readonly unknown[]): Promise<TextRow[]> {
    return this.drawn(() => this.database.texts(statement, values));
  }

  private async drawn<Row>(read: () => Promise<Row[]>): Promise<Row[]> {
    const { budget } = this;
    if (this.running >= STATEMENTS_AT_ONCE)
      await new Promise<void>((resolve) => {
        this.waiting ??= [];
        this.waiting.push(resolve);
      });
    if (budget.isOver) return budget.never;
    this.running += 1;
    try {
      const rows = await read();
      budget.drawRows(rows.length);
      return budget.isOver ? budget.never : rows;
    } finally {
      this.running -= 1;
      this.waiting?.shift()?.();
    }
  }
}
