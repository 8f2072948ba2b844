import { Problem } from '../values/problem.ts';
import { count } from './checkText.ts';

const JSON_LIMITS = {
  /** Objects, lists, their entries and keys. 5,000 log lines, the largest batch, have 80,000. */
  values: 150_000,
  /** More than JSON in any field may have, so that a value that is too deep is reported with its path. */
  levels: 500,
} as const;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN = [0x5b, 0x7b] as const;
const CLOSE = [0x5d, 0x7d] as const;

/**
 * Throws LIMIT_EXCEEDED if a JSON text has too many values or levels. Everything that reads a request takes time for
 * each value: the parser, the coercion of variables, and the checks of the actions. This check runs before them and
 * reads each character once: 16 MB take 50 ms. It accepts invalid JSON, which the parser then rejects.
 */
export function checkJsonSize(text: string, what: string, maxValues: number = JSON_LIMITS.values): void {
  let values = 0;
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index);
    else if (code === COMMA || code === COLON) values += 1;
    else if (code === OPEN[0] || code === OPEN[1]) {
      values += 1;
      depth += 1;
      if (depth > JSON_LIMITS.levels) throw beyond(what, 'levels', JSON_LIMITS.levels);
    } else if (code === CLOSE[0] || code === CLOSE[1]) depth -= 1;
    if (values > maxValues) throw beyond(what, 'values', maxValues);
  }
}

const beyond = (what: string, limit: 'values' | 'levels', max: number) =>
  new Problem('LIMIT_EXCEEDED', `${what} has more than ${count(max)} ${limit} as JSON.`, { limit, max });

/** Returns the position of the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote >= 0 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote < 0 ? text.length : quote;
}

/** A quote after an odd number of backslashes is part of the string. */
function isEscaped(text: string, quote: number): boolean {
  let before = quote - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (quote - before) % 2 === 0;
}
