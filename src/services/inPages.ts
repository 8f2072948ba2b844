/** Less than every id. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/**
 * Reads a list that is sorted by id in pages, each after the last row of the one before, until a page is not full. Rows
 * that are added meanwhile are read if their ids are greater.
 */
export async function* inPages<Row>(
  size: number,
  read: (after: string, limit: number) => Promise<Row[]>,
  idOf: (row: Row) => string,
): AsyncGenerator<Row[]> {
  for (let after = BEFORE_ALL; ; ) {
    const page = await read(after, size);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < size) return;
    after = idOf(last);
  }
}
