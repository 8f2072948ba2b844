import type { GraphQLField } from 'graphql';
import type { Filter } from '../../core/filters/filter.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import type { RequestBudget } from '../../loading/requestBudget.ts';
import type { Queryable, TextReads, TextRow } from '../../store/connection/database.ts';
import type { Order } from '../../store/query/source.ts';
import type { Context } from '../building/context.ts';

export type Field = GraphQLField<unknown, unknown>;

/** The arguments of a list, in the form of the store. */
export interface ListArguments {
  filter: Filter;
  sort: string;
  order: Order<never>;
  page: PageRequest;
}

/** One execution of a plan. */
export class PlanRun {
  /** The pages that were read, by the place of their list in the plan and by the id of their parent. */
  readonly pages: Map<string, Page<TextRow>>[] = [];
  private values = 0;

  constructor(
    readonly context: Context,
    /** Draws the rows on the budget. */
    readonly reads: Queryable & TextReads,
    readonly budget: RequestBudget,
    /** By the place of their list in the plan. */
    readonly lists: readonly ListArguments[],
  ) {}

  /** Counts values of the answer. */
  wrote(values: number): void {
    this.values += values;
  }

  /** Draws what was written on the budget. Throws if it is exhausted. @returns how many values */
  draw(): number {
    const { values, budget } = this;
    this.values = 0;
    budget.drawValues(values);
    if (budget.isOver)
      budget.whenOver((problem) => {
        throw problem;
      });
    return values;
  }
}

/** Returns the JSON of a row, or of a part of it. */
export type Write = (row: TextRow, run: PlanRun) => string;
