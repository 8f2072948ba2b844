import { type CursorKey, decodeCursor, encodeCursor } from '../../core/values/cursor.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, type Page, type PageRequest } from '../../core/values/page.ts';
import { Problem } from '../../core/values/problem.ts';
import { FIELD_KINDS } from './fieldKinds.ts';
import type { Order } from './source.ts';

/** A checked page request: how to read the rows of one page. */
export interface PageWalk {
  size: number;
  backwards: boolean;
  /** The keys after which the page begins; null if it begins at an end of the list. */
  from: CursorKey[] | null;
}

/** Checks a page request for a list. Throws BAD_USER_INPUT, LIMIT_EXCEEDED or INVALID_CURSOR. */
export function pageWalk(list: string, order: Order<never>, { first, after, last, before }: PageRequest): PageWalk {
  const backwards = (last ?? before ?? null) !== null;
  if (backwards && (first ?? after ?? null) !== null)
    throw new Problem('BAD_USER_INPUT', 'Use either `first` and `after`, or `last` and `before`.');
  const size = last ?? first ?? DEFAULT_PAGE_SIZE;
  const argument = backwards ? 'last' : 'first';
  if (!Number.isInteger(size) || size < 0)
    throw new Problem('BAD_USER_INPUT', `\`${argument}\` must be a whole number, 0 or more.`, { argument });
  if (size > MAX_PAGE_SIZE)
    throw new Problem('LIMIT_EXCEEDED', `\`${argument}\` must be at most ${MAX_PAGE_SIZE}.`, { argument });
  const cursor = after ?? before ?? null;
  return { size, backwards, from: cursor === null ? null : cursorKeys(list, order, cursor) };
}

function cursorKeys(list: string, { keys }: Order<never>, cursor: string): CursorKey[] {
  const values = decodeCursor(list, cursor);
  const fits = keys.every(({ kind, nullable }, place) => {
    const value = values[place] ?? null;
    return value === null ? nullable : FIELD_KINDS[kind].accepts(value);
  });
  if (fits && values.length === keys.length) return values;
  throw new Problem('INVALID_CURSOR', 'The cursor does not belong to this list.');
}

/** Makes a page of the rows that were found: one more than its size if the list continues. */
export function pageOf<Row>(
  list: string,
  { keys }: Order<Row>,
  { size, backwards, from }: PageWalk,
  found: readonly Row[],
): Page<Row> {
  const goesOn = found.length > size;
  const kept = found.slice(0, size);
  if (backwards) kept.reverse();
  const rows = kept.map((row) => ({
    row,
    // Encoded when it is read: few documents select cursors, and encoding all of them took a tenth of the time of a page.
    get cursor() {
      return encodeCursor(
        list,
        keys.map((key) => key.of(row)),
      );
    },
  }));
  // On the other side is at least the row of the cursor.
  return backwards
    ? { rows, hasNextPage: from !== null, hasPreviousPage: goesOn }
    : { rows, hasNextPage: goesOn, hasPreviousPage: from !== null };
}
