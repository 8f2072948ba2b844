import { LRUCache } from 'lru-cache';

// Our own statements are shorter. A connection keeps the text of each prepared statement in memory.
const LONGEST_TEXT = 20_000;

/**
 * Returns the name under which each SQL text is prepared. A connection keeps its prepared statements for its whole
 * life, and filters create new texts all the time, so only the first `limit` texts get a name. Later ones get '', which
 * prepares nothing, and so do the texts of very large filters.
 */
export function preparedNames(limit: number): (name: string, text: string) => string {
  const names = new Map<string, string>();
  return (name, text) => {
    if (text.length > LONGEST_TEXT) return '';
    const known = names.get(text);
    if (known !== undefined || names.size >= limit) return known ?? '';
    const fresh = `${name}/${names.size}`;
    names.set(text, fresh);
    return fresh;
  };
}

/**
 * The same for connections that close what they have not used for long: only the `limit` texts that were used last have
 * a name, and a text that is used again after a long time gets another one.
 */
export function recentlyPreparedNames(limit: number): (name: string, text: string) => string {
  let number = 0;
  const names = new LRUCache<string, string, string>({
    max: limit,
    memoMethod: (_, __, { context }) => `${context}/${number++}`,
  });
  return (name, text) => (text.length > LONGEST_TEXT ? '' : names.memo(text, { context: name }));
}
