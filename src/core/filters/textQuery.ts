/** A parsed search: a match contains one of `any`, all of `all` and none of `none`. An empty list has no effect. */
export interface TextQuery {
  any: string[];
  all: string[];
  none: string[];
}

export const MAX_TEXT_QUERY_CHARACTERS = 200;

const LISTS: { [sign: string]: keyof TextQuery } = { '+': 'all', '-': 'none', '!': 'none' };

/** Either a lone sign, which is ignored, or an optional sign followed by a quoted phrase or a word. */
const TERM = /[-!+](?=\s|$)|([-!+]?)(?:"((?:\\[\s\S]|[^"])*)"?|([^\s"]+))/g;

/**
 * Parses `word "a phrase" +required -excluded !excluded`. In a phrase, `\"` is a quote and `\\` a backslash; an
 * unclosed phrase extends to the end. Every other character is literal.
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
