import { Problem } from './problem.ts';

/** The values that a list is ordered by, at one of its rows. Times are instants. */
export type CursorKey = string | number | null;

const VERSION = 1;
// Past the longest key that a run can have, its name; below what would make parsing worth anybody's while.
const MAX_CURSOR_LENGTH = 8_000;

/** A place in a list, opaque to clients. `list` names the list with its order, so that no other list takes the cursor. */
export const encodeCursor = (list: string, keys: readonly CursorKey[]): string =>
  toBase64Url(JSON.stringify([VERSION, list, ...keys]));

/**
 * The keys of a cursor that `encodeCursor` gave out for this list, or a Problem INVALID_CURSOR. Whoever uses the keys
 * still checks their kinds: a cursor is not signed.
 */
export function decodeCursor(list: string, cursor: string): CursorKey[] {
  const [version, name, ...keys] = parsedList(cursor);
  // Writing it again finds every other fault, too: stray characters, another way to write a number, an object as a key.
  if (version === VERSION && name === list && keys.every(isKey) && encodeCursor(list, keys) === cursor) return keys;
  throw new Problem('INVALID_CURSOR', 'The cursor was not given out by this list in this order.');
}

const isKey = (key: unknown): key is CursorKey => key === null || typeof key === 'string' || typeof key === 'number';

function parsedList(cursor: string): unknown[] {
  if (cursor.length > MAX_CURSOR_LENGTH) return [];
  try {
    const parsed: unknown = JSON.parse(fromBase64Url(cursor));
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

// By the web's standards, not Node's Buffer: the core runs anywhere.
const toBase64Url = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const fromBase64Url = (text: string): string =>
  new TextDecoder().decode(
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0)),
  );
