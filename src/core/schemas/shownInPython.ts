import { isJsonObject, type Json } from '../values/jsonObject.ts';
import { memberOf } from './memberOf.ts';
import { numberRepr, pythonNumber } from './pythonNumber.ts';

const MAX_CHARACTERS = 200;

/** Python's `repr` of a value, for an error message: cut after 200 characters, however large the value is. */
export function shownInPython(value: Json): string {
  const text = new ShownText();
  text.add(value);
  return text.toString();
}

/** At most a few of many values: the message is long enough. */
const MAX_LISTED = 20;

export const shownList = (values: readonly Json[]): string =>
  values.length > MAX_LISTED ? `${shownList(values.slice(0, MAX_LISTED))}, ...` : values.map(shownInPython).join(', ');

/** The start of a `repr`. */
class ShownText {
  #text = '';

  get #isFull(): boolean {
    return this.#text.length > MAX_CHARACTERS;
  }

  toString(): string {
    return this.#isFull ? `${this.#text.slice(0, MAX_CHARACTERS)}...` : this.#text;
  }

  add(value: Json): void {
    if (typeof value === 'string') this.#text += quoted(value);
    else if (Array.isArray(value)) this.#addAll('[', value, (item) => this.add(item), ']');
    else if (isJsonObject(value)) this.#addMembers(value);
    else if (typeof value === 'boolean') this.#text += value ? 'True' : 'False';
    else {
      const number = pythonNumber(value);
      this.#text += number === null ? 'None' : numberRepr(number);
    }
  }

  #addMembers(value: { [key: string]: Json }): void {
    const add = (key: string) => {
      this.#text += `${quoted(key)}: `;
      this.add(memberOf(value, key));
    };
    this.#addAll('{', Object.keys(value), add, '}');
  }

  #addAll<Item>(start: string, items: readonly Item[], add: (item: Item) => void, end: string): void {
    this.#text += start;
    for (const [index, item] of items.entries()) {
      if (this.#isFull) return;
      if (index > 0) this.#text += ', ';
      add(item);
    }
    this.#text += end;
  }
}

/** Uses single quotes, or double quotes if that avoids escaping. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let body = '';
  for (const character of text) {
    body += escaped(character, quote);
    if (body.length > MAX_CHARACTERS) break;
  }
  return quote + body + quote;
}

const ESCAPES = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function escaped(character: string, quote: string): string {
  if (character === quote) return `\\${quote}`;
  const known = ESCAPES.get(character);
  if (known) return known;
  if (character === ' ' || !/[\p{C}\p{Z}]/u.test(character)) return character;
  const code = Number(character.codePointAt(0));
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
