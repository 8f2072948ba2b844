import { decodeCursor, encodeCursor } from '../../core/values/cursor.ts';
import type { Instant } from '../../core/values/instant.ts';
import { Problem } from '../../core/values/problem.ts';
import { isUuid } from '../../core/values/uuid.ts';
import type { ChangePlace } from '../../store/flowRuns/flowRunChanges.ts';

const LIST = 'flowRunChanges';
const DAY_SECONDS = 24 * 3600;
const CURSOR_LIFE_SECONDS = 7 * DAY_SECONDS;
/** How long deletions must be kept: as a cursor, and a day more, for a deletion bears the time at which its transaction began. */
export const DELETIONS_KEPT_SECONDS = CURSOR_LIFE_SECONDS + DAY_SECONDS;

/** A place among the changes of a tenant, of this database, at a time. It is good for every filter. */
export interface ChangeCursor {
  databaseId: number;
  place: ChangePlace;
  readAt: Instant;
}

export const changeCursor = ({ databaseId, place, readAt }: ChangeCursor): string =>
  encodeCursor(LIST, [databaseId, place.transaction, place.id, readAt]);

/** Whether the first place comes before the second. Ids are compared as PostgreSQL does: as their digits. */
export const isBefore = (a: ChangePlace, b: ChangePlace): boolean =>
  a.transaction === b.transaction ? a.id < b.id : a.transaction < b.transaction;

/** The place of a cursor; INVALID_CURSOR where it is garbled, too old, or of another database. */
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
    throw new Problem('INVALID_CURSOR', 'The cursor was not given out by flowRunChanges.');
  if (itsDatabase !== databaseId) throw wentBack();
  if (readAt < now - CURSOR_LIFE_SECONDS * 1_000_000)
    throw new Problem(
      'INVALID_CURSOR',
      'The cursor is more than 7 days old, and deletions so long ago are forgotten. Subscribe without `after` for a new snapshot.',
    );
  return { transaction, id: id.toLowerCase() };
}

export const wentBack = () =>
  new Problem(
    'INVALID_CURSOR',
    'The database was put back to an earlier time, or the cursor is of another database. Subscribe without `after` for a new snapshot.',
  );
