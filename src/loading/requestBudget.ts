import { Problem } from '../core/values/problem.ts';
import { createPace, type Pace } from './pace.ts';

export interface BudgetLimits {
  /** Maximum number of rows that the pages of the documents can have, and of rows that statements return. */
  rows: number;
  /** Maximum number of values in the answers. */
  values: number;
}

/**
 * What one request may still read and return. All operations of a batch draw on the same budget.
 *
 * When the budget is exhausted, the request is answered with a Problem (`whenOver`). The execution need not be unwound:
 * what it awaits next is `never`, so it goes no further and is garbage collected. An error for each field would be as large
 * as the answer that is refused.
 */
export interface RequestBudget {
  /** Draws the rows that the pages of an operation can have. Throws QUERY_TOO_COMPLEX if there are too many. */
  plan(rows: number): void;
  /** Draws rows that a statement has returned. */
  drawRows(rows: number): void;
  /** Draws values of the answer. */
  drawValues(count: number): void;
  readonly rowsLeft: number;
  readonly isOver: boolean;
  /** Calls the listener when the budget is exhausted, or now if it is. */
  whenOver(listener: (problem: Problem) => void): void;
  readonly never: Promise<never>;
  /** Keeps a large answer from occupying the thread. */
  readonly pace: Pace;
}

export const createRequestBudget = (limits: BudgetLimits): RequestBudget => new Budget(limits);

/** A class, because every request creates one, and most draw a few values and are done. */
class Budget implements RequestBudget {
  private plannedRows = 0;
  private remainingRows: number;
  private remainingValues: number;
  private over: Problem | null = null;
  private listeners: ((problem: Problem) => void)[] | null = null;
  private ownPace: Pace | null = null;

  constructor(private readonly limits: BudgetLimits) {
    this.remainingRows = limits.rows;
    this.remainingValues = limits.values;
  }

  plan(rows: number): void {
    const max = this.limits.rows;
    this.plannedRows += rows;
    if (this.plannedRows > max)
      throw tooComplex(
        'rows',
        max,
        `The pages of this request can have ${this.plannedRows} rows in total; the limit is ${max}. Request shorter pages.`,
      );
  }

  drawRows(rows: number): void {
    const max = this.limits.rows;
    this.remainingRows -= rows;
    if (this.remainingRows < 0 && !this.over)
      this.exhaust(
        tooComplex('rows', max, `This request reads more than ${max} rows (FLOWQL_MAX_ROWS). Request fewer rows.`),
      );
  }

  drawValues(count: number): void {
    const max = this.limits.values;
    this.remainingValues -= count;
    this.ownPace?.produced();
    if (this.remainingValues < 0 && !this.over)
      this.exhaust(
        tooComplex(
          'values',
          max,
          `The answer has more than ${max} values (FLOWQL_MAX_VALUES). Request fewer rows or fields.`,
        ),
      );
  }

  get rowsLeft(): number {
    return Math.max(this.remainingRows, 0);
  }

  get isOver(): boolean {
    return this.over !== null;
  }

  whenOver(listener: (problem: Problem) => void): void {
    if (this.over) return void listener(this.over);
    this.listeners ??= [];
    this.listeners.push(listener);
  }

  get never(): Promise<never> {
    return new Promise(() => {});
  }

  /** Created by the first object or list of the answer. */
  get pace(): Pace {
    this.ownPace ??= createPace();
    return this.ownPace;
  }

  private exhaust(problem: Problem): void {
    this.over = problem;
    this.ownPace?.stop();
    for (const listener of this.listeners?.splice(0) ?? []) listener(problem);
  }
}

const tooComplex = (limit: keyof BudgetLimits, max: number, message: string): Problem =>
  new Problem('QUERY_TOO_COMPLEX', message, { limit, max });

/** For reads that no client sizes. */
export const UNLIMITED: BudgetLimits = { rows: Number.MAX_SAFE_INTEGER, values: Number.MAX_SAFE_INTEGER };
