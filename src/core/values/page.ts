/**
 * Requests a page of a list, forwards from `after` or backwards from `before`. At most one of `first` and `last` is
 * set.
 */
export interface PageRequest {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

/** Rows in the order of the list, each with its cursor. */
export interface Page<Row> {
  rows: { row: Row; cursor: string }[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

/** A page by number, with the length of the whole list from the same snapshot. */
export interface NumberedPage<Row> {
  rows: Row[];
  /** Starts at 1. */
  page: number;
  limit: number;
  /** The number of pages in the list; 0 if `limit` is 0. */
  pages: number;
  totalCount: number;
}

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 200;
/** Counting a list stops here: a count of this value means this many or more. */
export const MAX_TOTAL_COUNT = 100_000;
