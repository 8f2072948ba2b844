import { type CursorKey, decodeCursor, encodeCursor } from '../../core/values/cursor.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, type Page, type PageRequest } from '../../core/values/page.ts';
import { Problem } from '../../core/values/problem.ts';
import { FIELD_KINDS } from './fieldKinds.ts';
import type { Order } from './source.ts';

/** A page request, checked: how a list is walked through to find the rows of one page. */
export interface PageWalk {
  size: number;
  backwards: boolean;
  /** The keys behind which the walk begins; null where it begins at an end of the list. */
  from: CursorKey[] | null;
}

/** Checks a page request against the list that it is for; throws BAD_USER_INPUT, LIMIT_EXCEEDED or INVALID_CURSOR. */
export function pageWalk(list: string, order: Order<never>, { first, after, last, before }: PageRequest): PageWalk {
  const backwards = (last ?? before ?? null) !== null;
  if (backwards && (first ?? after ?? null) !== null)
    throw new Problem('BAD_USER_INPUT', 'A page goes forwards (`first`, `after`) or backwards (`last`, `before`).');
  const size = last ?? first ?? DEFAULT_PAGE_SIZE;
  const argument = backwards ? 'last' : 'first';
  if (!Number.isInteger(size) || size < 0)
    throw new Problem('BAD_USER_INPUT', `\`${argument}\` must be a whole number, 0 or more.`, { argument });
  if (size > MAX_PAGE_SIZE)
    throw new Problem('LIMIT_EXCEEDED', `\`${argument}\` may be ${MAX_PAGE_SIZE} at most.`, { argument });
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
  throw new Problem('INVALID_CURSOR', 'The cursor does not hold a place in this list.');
}

/** The page that the walk found, of one row more than its size where the list goes on. */
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
    // Written when it is asked for: few documents do, and writing all took a tenth of the time of a page.
    get cursor() {
      return encodeCursor(
        list,
        keys.map((key) => key.of(row)),
      );
    },
  }));
  // On the side that the walk came from stands the row whose cursor it was given.
  return backwards
    ? { rows, hasNextPage: from !== null, hasPreviousPage: goesOn }
    : { rows, hasNextPage: goesOn, hasPreviousPage: from !== null };
}
