import { Problem } from './problem.ts';

/** A row's value for one of the columns that order its list. Times are instants. */
export type CursorKey = string | number | null;

const VERSION = 1;
// Longer than a cursor with the longest key, a run's name. Short enough that parsing costs nothing.
const MAX_CURSOR_LENGTH = 8_000;

/** Encodes a place in a list. `list` names the list and its order: no other list accepts the cursor. */
export const encodeCursor = (list: string, keys: readonly CursorKey[]): string =>
  toBase64Url(JSON.stringify([VERSION, list, ...keys]));

/**
 * Returns the keys of a cursor that `encodeCursor` made for this list; throws INVALID_CURSOR for any other. A cursor is
 * not signed: the caller must check the types of the keys.
 */
export function decodeCursor(list: string, cursor: string): CursorKey[] {
  const [version, name, ...keys] = parsedList(cursor);
  // Encoding the keys again finds all other faults: stray characters, other notations of a number, an object as a key.
  if (version === VERSION && name === list && keys.every(isKey) && encodeCursor(list, keys) === cursor) return keys;
  throw new Problem('INVALID_CURSOR', 'The cursor does not belong to this list in this order.');
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

// Web standards instead of Node's Buffer: the core imports nothing of Node.
const toBase64Url = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const fromBase64Url = (text: string): string =>
  new TextDecoder().decode(
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0)),
  );
