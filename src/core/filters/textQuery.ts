/** A search, read: of the `any` one must be there, of the `all` each, of the `none` not one. An empty list asks nothing. */
export interface TextQuery {
  any: string[];
  all: string[];
  none: string[];
}

export const MAX_TEXT_QUERY_CHARACTERS = 200;

const LISTS: { [sign: string]: keyof TextQuery } = { '+': 'all', '-': 'none', '!': 'none' };

/** A sign that stands alone, which means nothing; or a sign or none, and behind it a phrase in quotes or a word. */
const TERM = /[-!+](?=\s|$)|([-!+]?)(?:"((?:\\[\s\S]|[^"])*)"?|([^\s"]+))/g;

/**
 * Reads `word "a phrase" +required -excluded !excluded`. In a phrase, `\"` and `\\` are a quote and a backslash; one that
 * is not closed goes to the end. Every other character stands for itself.
 * Source: Prefect 3, server/utilities/text_search_parser.py.
 */
export function readTextQuery(text: string): TextQuery {
  const query: TextQuery = { any: [], all: [], none: [] };
  for (const [, sign = '', phrase, word] of text.matchAll(TERM)) {
    const term = word ?? phrase?.replace(/\\(["\\])/g, '$1') ?? '';
    if (term.trim() !== '') query[LISTS[sign] ?? 'any'].push(term);
  }
  return query;
}
