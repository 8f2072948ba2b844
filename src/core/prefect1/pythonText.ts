import { ExactNumber } from '../values/exactNumber.ts';
import type { Json } from '../values/jsonObject.ts';

// Strings in the format of Python, for clients that see them and for keys that are computed from them.

/** `repr` of a value: `{'type': 'CronClock', 'start_date': None}`. */
export function pythonRepr(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoted(value);
  if (value instanceof ExactNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, item]) => `${quoted(key)}: ${pythonRepr(item)}`)
      .join(', ')}}`;
  return String(value);
}

const ESCAPES = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\x7f', '\\x7f'],
]);

/** Uses single quotes, or double quotes if that avoids escaping. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = [...text].map((character) => ESCAPES.get(character) ?? character).join('');
  return quote + (quote === "'" ? body.replaceAll("'", "\\'") : body) + quote;
}

/** `json.dumps`: a blank after each comma and colon, and ASCII only. */
export function pythonJson(value: Json): string {
  if (value instanceof ExactNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, item]) => `${ascii(JSON.stringify(key))}: ${pythonJson(item)}`)
      .join(', ')}}`;
  return ascii(JSON.stringify(value));
}

const ascii = (text: string) =>
  text.replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
