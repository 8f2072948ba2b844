import { CACHE_KEY_TOO_LONG, LIMITS } from '../values/limits.ts';
import { Problem } from '../values/problem.ts';

// Checks throw BAD_USER_INPUT and name the field, as the caller wrote it: `state.name`, `tags[3]`.

/** Never returns. The field is cut short: as a path through someone's JSON it may be of any length. */
export function refuse(field: string, because: string): never {
  const shown = storable(field.length > 200 ? `${field.slice(0, 200)}...` : field);
  throw new Problem('BAD_USER_INPUT', `${shown} ${because}`, { field: shown });
}

/** The length of a text as people, Python and PostgreSQL count it; `length` counts an emoji twice. */
export const characters = (text: string): number =>
  text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);

const UNPAIRED_SURROGATE = /\p{Surrogate}/u;

/** Refuses what JSON and JavaScript can say and PostgreSQL cannot store. */
export function checkCharacters(field: string, text: string): void {
  if (text.includes('\0')) refuse(field, 'holds a NUL character, which cannot be stored.');
  if (UNPAIRED_SURROGATE.test(text)) refuse(field, 'holds half of a surrogate pair, which is not Unicode text.');
}

/** The text without what `checkCharacters` refuses: for log lines, which are better kept damaged than lost. */
export const storable = (text: string): string => text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\ufffd');

/** A text of at most so many characters; it may be empty. */
export function checkText(field: string, text: string, atMost: number): void {
  // The length in UTF-16 is never less, so that long texts are counted only near the limit.
  if (text.length > atMost && characters(text) > atMost)
    refuse(field, `is too long: ${count(characters(text))} characters, at most ${count(atMost)} are taken.`);
  checkCharacters(field, text);
}

/** A name of 1 to 255 characters. */
export function checkName(field: string, name: string): void {
  if (name === '') refuse(field, 'is empty.');
  checkText(field, name, LIMITS.nameCharacters);
}

export const checkMessage = (field: string, message: string): void =>
  checkText(field, message, LIMITS.messageCharacters);

/** At most 500 tags of 1 to 255 characters. Order and repetitions are the caller's. */
export function checkTags(field: string, tags: readonly string[]): void {
  if (tags.length > LIMITS.tags)
    refuse(field, `has too many entries: ${count(tags.length)}, at most ${LIMITS.tags} are taken.`);
  for (const [index, tag] of tags.entries()) {
    if (tag === '') refuse(`${field}[${index}]`, 'is empty.');
    checkText(`${field}[${index}]`, tag, LIMITS.tagCharacters);
  }
}

/** The key of an input: lower-case letters, digits and dashes. */
export function checkInputKey(field: string, key: string): void {
  if (!/^[a-z0-9-]+$/.test(key)) refuse(field, 'must only contain lowercase letters, numbers, and dashes.');
  checkText(field, key, LIMITS.inputKeyCharacters);
}

export function checkInputValue(field: string, value: string): void {
  const bytes = utf8Bytes(value);
  if (bytes > LIMITS.inputValueBytes)
    refuse(field, `is too large: ${count(bytes)} bytes, at most ${count(LIMITS.inputValueBytes)} are taken.`);
  checkCharacters(field, value);
}

/** The key under which a task run's result may be used again; Prefect's own words where it is too long. */
export function checkCacheKey(field: string, cacheKey: string): void {
  if (characters(cacheKey) > LIMITS.cacheKeyCharacters)
    throw new Problem('BAD_USER_INPUT', CACHE_KEY_TOO_LONG, { field });
  checkCharacters(field, cacheKey);
}

/** An idempotency key; none, or an empty one, is null. */
export function checkIdempotencyKey(field: string, key: string | null | undefined): string | null {
  if (!key) return null;
  checkText(field, key, LIMITS.idempotencyKeyCharacters);
  return key;
}

export const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length;

/** A number for people: `524,288`. */
export const count = (number: number): string => number.toLocaleString('en-US');
