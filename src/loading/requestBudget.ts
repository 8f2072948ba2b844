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
 * When the budget is exhausted, `over` resolves, and the request is answered with its Problem. The execution need not be
 * unwound: what it awaits next is `never`, so it goes no further and is garbage collected. An error for each field would
 * be as large as the answer that is refused.
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
  readonly over: Promise<Problem>;
  readonly never: Promise<never>;
  /** Keeps a large answer from occupying the thread. */
  readonly pace: Pace;
}

export function createRequestBudget(limits: BudgetLimits): RequestBudget {
  let plannedRows = 0;
  let rowsLeft = limits.rows;
  let valuesLeft = limits.values;
  let isOver = false;
  let end: (problem: Problem) => void = () => {};
  const over = new Promise<Problem>((resolve) => {
    end = resolve;
  });
  const pace = createPace();

  const exhaust = (problem: Problem) => {
    isOver = true;
    pace.stop();
    end(problem);
  };
  return {
    plan(rows) {
      plannedRows += rows;
      if (plannedRows > limits.rows)
        throw new Problem(
          'QUERY_TOO_COMPLEX',
          `The pages of this request can have ${plannedRows} rows in total; the limit is ${limits.rows}. ` +
            'Request shorter pages.',
          { limit: 'rows', max: limits.rows },
        );
    },
    drawRows(rows) {
      rowsLeft -= rows;
      if (rowsLeft < 0 && !isOver)
        exhaust(
          new Problem(
            'QUERY_TOO_COMPLEX',
            `This request reads more than ${limits.rows} rows (FLOWQL_MAX_ROWS). Request fewer rows.`,
            { limit: 'rows', max: limits.rows },
          ),
        );
    },
    drawValues(count) {
      valuesLeft -= count;
      pace.produced();
      if (valuesLeft < 0 && !isOver)
        exhaust(
          new Problem(
            'QUERY_TOO_COMPLEX',
            `The answer has more than ${limits.values} values (FLOWQL_MAX_VALUES). Request fewer rows or fields.`,
            { limit: 'values', max: limits.values },
          ),
        );
    },
    get rowsLeft() {
      return Math.max(rowsLeft, 0);
    },
    get isOver() {
      return isOver;
    },
    over,
    never: new Promise(() => {}),
    pace,
  };
}

/** For reads that no client sizes. */
export const UNLIMITED: BudgetLimits = { rows: Number.MAX_SAFE_INTEGER, values: Number.MAX_SAFE_INTEGER };
