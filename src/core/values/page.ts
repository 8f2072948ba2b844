/** One page of a list, forwards from `after` or backwards from `before`; at most one of `first` and `last` is set. */
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

/** A numbered page, with the length of the whole list in the same moment. */
export interface NumberedPage<Row> {
  rows: Row[];
  /** From 1. */
  page: number;
  limit: number;
  /** How many pages the list has; none where `limit` is 0. */
  pages: number;
  totalCount: number;
}

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 200;
/** Where counting the whole of a list stops: a count of this many means this many or more. */
export const MAX_TOTAL_COUNT = 100_000;
