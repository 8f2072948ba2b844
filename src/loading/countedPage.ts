import type { Page } from '../core/values/page.ts';
import type { childLoaders, ReadChildren } from './childLoaders.ts';

/** A page of a list, with the length of the whole list, which is counted only on request, up to MAX_TOTAL_COUNT. */
export interface CountedPage<Row> extends Page<Row> {
  totalCount(): number | Promise<number>;
}

export const counted = async <Row>(
  page: Page<Row> | Promise<Page<Row>>,
  totalCount: () => number | Promise<number>,
): Promise<CountedPage<Row>> => ({
  ...(await page),
  totalCount,
});

/** Reads a page of each parent's list. Its count depends on the filter, but not on the rest of the arguments. */
export type ChildPage = <Row>(
  way: [list: string, filter: object, rest: object],
  parentId: string,
  pages: ReadChildren<Page<Row>>,
  counts: ReadChildren<number>,
) => Promise<CountedPage<Row>>;

export const childPageOf =
  (children: ReturnType<typeof childLoaders>): ChildPage =>
  ([list, filter, rest], parentId, pages, counts) =>
    counted(children([list, filter, rest], parentId, pages), () =>
      children([`count of ${list}`, filter], parentId, counts),
    );
