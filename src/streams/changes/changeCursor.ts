import { decodeCursor, encodeCursor } from '../../core/values/cursor.ts';
import type { Instant } from '../../core/values/instant.ts';
import { Problem } from '../../core/values/problem.ts';
import { isUuid } from '../../core/values/uuid.ts';
import type { ChangePlace } from '../../store/flowRuns/flowRunChanges.ts';

const LIST = 'flowRunChanges';
const DAY_SECONDS = 24 * 3600;
const CURSOR_LIFE_SECONDS = 7 * DAY_SECONDS;
/** Deletions are kept a day longer than cursors: the time of a deletion is the start of its transaction. */
export const DELETIONS_KEPT_SECONDS = CURSOR_LIFE_SECONDS + DAY_SECONDS;

/** A place among the changes of a tenant in this database at a time. It is valid for every filter. */
export interface ChangeCursor {
  databaseId: number;
  place: ChangePlace;
  readAt: Instant;
}

export const changeCursor = ({ databaseId, place, readAt }: ChangeCursor): string =>
  encodeCursor(LIST, [databaseId, place.transaction, place.id, readAt]);

/** Whether the first place comes before the second. Ids compare by their digits, as in PostgreSQL. */
export const isBefore = (a: ChangePlace, b: ChangePlace): boolean =>
  a.transaction === b.transaction ? a.id < b.id : a.transaction < b.transaction;

/** Returns the place of a cursor. Throws INVALID_CURSOR if it is malformed, too old or from another database. */
export function readChangeCursor(cursor: string, databaseId: number, now: Instant): ChangePlace {
  const [itsDatabase, transaction, id, readAt, ...others] = decodeCursor(LIST, cursor);
  if (
    typeof transaction !== 'number' ||
    !Number.isSafeInteger(transaction) ||
    transaction < 0 ||
    typeof id !== 'string' ||
    !isUuid(id) ||
    typeof readAt !== 'number' ||
    others.length > 0
  )
    throw new Problem('INVALID_CURSOR', 'The cursor is not from `flowRunChanges`.');
  if (itsDatabase !== databaseId) throw wentBack();
  if (readAt < now - CURSOR_LIFE_SECONDS * 1_000_000)
    throw new Problem(
      'INVALID_CURSOR',
      'The cursor is more than 7 days old, and older deletions are no longer stored. Subscribe without `after` for a new snapshot.',
    );
  return { transaction, id: id.toLowerCase() };
}

export const wentBack = () =>
  new Problem(
    'INVALID_CURSOR',
    'The database was restored to an earlier time, or the cursor is from another database. Subscribe without `after` for a new snapshot.',
  );
