import { ExactNumber } from './exactNumber.ts';
import { Problem } from './problem.ts';

/** How `JSON.stringify` begins the text of an exact number. A string with a NUL also contains it. */
const MARK = '\\u0000';

/** Writes JSON like `JSON.stringify`, with all digits of exact numbers. Throws BAD_USER_INPUT for NaN and Infinity. */
export function writeJson(value: object | string | number | boolean | null): string {
  const text = JSON.stringify(value);
  return text.includes(MARK) ? String(written(value)) : text;
}

function written(value: unknown): string | undefined {
  if (value instanceof ExactNumber) return digits(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if ('toJSON' in value && typeof value.toJSON === 'function') return written(value.toJSON());
  if (Array.isArray(value)) return `[${value.map((item) => written(item) ?? 'null').join(',')}]`;
  const members = Object.entries(value).flatMap(([key, member]) => {
    const text = written(member);
    return text === undefined ? [] : [`${JSON.stringify(key)}:${text}`];
  });
  return `{${members.join(',')}}`;
}

function digits({ text, fault }: ExactNumber): string {
  if (fault !== null) throw new Problem('BAD_USER_INPUT', `The number ${text.slice(0, 60)} in JSON ${fault}`);
  return text;
}
