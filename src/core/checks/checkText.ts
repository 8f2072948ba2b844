import { CACHE_KEY_TOO_LONG, LIMITS } from '../values/limits.ts';
import { Problem } from '../values/problem.ts';

// Checks throw BAD_USER_INPUT with the path of the field in the input: `state.name`, `tags[3]`.

/** Throws BAD_USER_INPUT. A path longer than 200 characters is truncated: a path into JSON can have any length. */
export function refuse(field: string, because: string): never {
  const shown = storable(field.length > 200 ? `${field.slice(0, 200)}...` : field);
  throw new Problem('BAD_USER_INPUT', `${quoted(shown)} ${because}`, { field: shown });
}

const KEY_OF = 'a key of ';
/** Names a key of an object in a message, as opposed to the value under it. */
export const keyOf = (field: string): string => KEY_OF + field;

const quoted = (field: string): string =>
  field.startsWith(KEY_OF) ? `A key of \`${field.slice(KEY_OF.length)}\`` : `\`${field}\``;

/** The number of code points, as in Python and PostgreSQL; `length` counts an emoji twice. */
export function characters(text: string): number {
  let pairs = 0;
  for (let index = 1; index < text.length; index += 1)
    if (isSurrogate(text, index - 1, 0xd800) && isSurrogate(text, index, 0xdc00)) pairs += 1;
  return text.length - pairs;
}

/** @param first 0xd800 for the first half of a pair, 0xdc00 for the second */
const isSurrogate = (text: string, index: number, first: number) => (text.charCodeAt(index) & 0xfc00) === first;

/** Rejects strings that JavaScript can hold but PostgreSQL cannot store. */
export function checkCharacters(field: string, text: string): void {
  if (text.includes('\0')) refuse(field, 'contains a NUL character, which cannot be stored.');
  if (!text.isWellFormed()) refuse(field, 'contains half of a surrogate pair, which is not valid Unicode.');
}

/** Removes or replaces what `checkCharacters` rejects. For log lines: a damaged line is better than a lost one. */
export const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed();

/** Checks a string of at most `atMost` characters; it may be empty. */
export function checkText(field: string, text: string, atMost: number): void {
  // `length` is never smaller than the number of characters, so most strings need no counting.
  if (text.length > atMost && characters(text) > atMost)
    refuse(field, `must have at most ${count(atMost)} characters, and has ${count(characters(text))}.`);
  checkCharacters(field, text);
}

/** Checks a name: 1 to 255 characters. */
export function checkName(field: string, name: string): void {
  if (name === '') refuse(field, 'must not be empty.');
  checkText(field, name, LIMITS.nameCharacters);
}

export const checkMessage = (field: string, message: string): void =>
  checkText(field, message, LIMITS.messageCharacters);

/** Prefect 3's client ends the log messages that it cuts in this way. */
const CUT_MARK = '... [truncated]';

/** Makes the message of a log line storable. A long one is cut, and its end says so: a part is better than nothing. */
export const storableLogMessage = (message: string): string =>
  cut(storable(message), LIMITS.messageCharacters, CUT_MARK);

/** Makes the logger's name of a log line storable. */
export const storableLoggerName = (name: string): string => cut(storable(name), LIMITS.nameCharacters, '');

/** Returns text of at most `atMost` characters. If it had to be cut, it ends with the mark. */
function cut(text: string, atMost: number, mark: string): string {
  if (text.length <= atMost || characters(text) <= atMost) return text;
  let end = 0;
  // A surrogate pair is one character.
  for (let taken = mark.length; taken < atMost; taken += 1) end += isHighSurrogate(text.charCodeAt(end)) ? 2 : 1;
  return text.slice(0, end) + mark;
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code < 0xdc00;

/** Checks tags: at most 500, each of 1 to 255 characters. Their order and repetitions are kept. */
export function checkTags(field: string, tags: readonly string[]): void {
  if (tags.length > LIMITS.tags)
    refuse(field, `must have at most ${LIMITS.tags} entries, and has ${count(tags.length)}.`);
  for (const [index, tag] of tags.entries()) {
    if (tag === '') refuse(`${field}[${index}]`, 'must not be empty.');
    checkText(`${field}[${index}]`, tag, LIMITS.tagCharacters);
  }
}

/** Checks the key of an input: lowercase letters, digits and dashes. The message is Prefect's. */
export function checkInputKey(field: string, key: string): void {
  if (!/^[a-z0-9-]+$/.test(key)) refuse(field, 'must only contain lowercase letters, numbers, and dashes.');
  checkText(field, key, LIMITS.inputKeyCharacters);
}

export function checkInputValue(field: string, value: string): void {
  const bytes = utf8Bytes(value);
  if (bytes > LIMITS.inputValueBytes)
    refuse(field, `must have at most ${count(LIMITS.inputValueBytes)} bytes, and has ${count(bytes)}.`);
  checkCharacters(field, value);
}

/** Checks the cache key of a task run. The message for a key that is too long is Prefect's. */
export function checkCacheKey(field: string, cacheKey: string): void {
  if (characters(cacheKey) > LIMITS.cacheKeyCharacters)
    throw new Problem('BAD_USER_INPUT', CACHE_KEY_TOO_LONG, { field });
  checkCharacters(field, cacheKey);
}

/** Checks an idempotency key and returns it; null if it is missing or empty. */
export function checkIdempotencyKey(field: string, key: string | null | undefined): string | null {
  if (!key) return null;
  checkText(field, key, LIMITS.idempotencyKeyCharacters);
  return key;
}

export const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length;

/** Formats a number for a message: `524,288`. */
export const count = (number: number): string => number.toLocaleString('en-US');
