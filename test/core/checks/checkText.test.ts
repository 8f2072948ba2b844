import { describe, expect, test } from 'vitest';
import {
  characters,
  checkCacheKey,
  checkCharacters,
  checkIdempotencyKey,
  checkInputKey,
  checkInputValue,
  checkMessage,
  checkName,
  checkTags,
  checkText,
  storable,
} from '../../../src/core/checks/checkText.ts';
import { refused } from '../refused.ts';

const NUL = 'a\0b';
const HALF = 'a\ud83d';

test.each([
  ['', 0],
  ['abc', 3],
  ['ü', 1],
  ['😀😀', 2],
  [HALF, 2],
])('%j has %d characters', (text, length) => expect(characters(text)).toBe(length));

test.each([
  [NUL, '`the field` contains a NUL character, which cannot be stored.'],
  [HALF, '`the field` contains half of a surrogate pair, which is not valid Unicode.'],
  ['\ude00\ud83d', '`the field` contains half of a surrogate pair, which is not valid Unicode.'],
])('%j cannot be stored', (text, message) => expect(refused(() => checkCharacters('the field', text))).toBe(message));
test.each(['', 'ü😀', '\u0001\n', '\uffff'])('%j can be stored', (text) =>
  expect(() => checkCharacters('f', text)).not.toThrow(),
);
test.each([
  ['a\0b\0', 'ab'],
  ['\ud83dx', '\ufffdx'],
  ['😀', '😀'],
])('the log line %j is stored as %j', (text, kept) => expect(storable(text)).toBe(kept));

describe('a text', () => {
  test.each(['', 'abc', '😀😀😀'])('a text may be as long as its limit: %j', (text) =>
    expect(() => checkText('f', text, 3)).not.toThrow(),
  );
  test.each(['abcd', '😀😀😀😀'])('a text may not be longer than its limit: %j', (text) =>
    expect(refused(() => checkText('state.name', text, 3))).toBe(
      '`state.name` must have at most 3 characters, and has 4.',
    ),
  );
  test('the message about a long text groups the digits of its numbers', () =>
    expect(refused(() => checkMessage('message', 'x'.repeat(1_000_001)))).toBe(
      '`message` must have at most 1,000,000 characters, and has 1,000,001.',
    ));
  test('a text with a NUL character is rejected', () => expect(refused(() => checkText('f', NUL, 3))).toContain('NUL'));
});

describe('a name', () => {
  test.each(['n', ' ', 'n'.repeat(255), '😀'.repeat(255)])('a name may be %j', (name) =>
    expect(() => checkName('name', name)).not.toThrow(),
  );
  test.each([
    ['', '`name` must not be empty.'],
    ['n'.repeat(256), '`name` must have at most 255 characters, and has 256.'],
    [NUL, '`name` contains a NUL character, which cannot be stored.'],
  ])('a name may not be %j', (name, message) => expect(refused(() => checkName('name', name))).toBe(message));
});

describe('tags', () => {
  test.each([[[]], [['b', 'a', 'b']], [Array.from({ length: 500 }, () => 't'.repeat(255))]])(
    'tags are accepted: case %#',
    (tags) => expect(() => checkTags('tags', tags)).not.toThrow(),
  );
  test.each([
    [Array.from({ length: 501 }, () => 't'), '`tags` must have at most 500 entries, and has 501.'],
    [['a', ''], '`tags[1]` must not be empty.'],
    [['t'.repeat(256)], '`tags[0]` must have at most 255 characters, and has 256.'],
    [['a', 'b', NUL], '`tags[2]` contains a NUL character, which cannot be stored.'],
  ])('tags are rejected: $1', (tags, message) => expect(refused(() => checkTags('tags', tags))).toBe(message));
});

describe('the key of an input', () => {
  test.each(['a', 'a-1', '-', '0', 'k'.repeat(255)])('the key of an input may be %j', (key) =>
    expect(() => checkInputKey('key', key)).not.toThrow(),
  );
  test.each(['', 'A', 'a_b', 'a b', 'a\n', '\na', 'ä', NUL])('the key of an input may not be %j', (key) =>
    expect(refused(() => checkInputKey('key', key))).toBe(
      '`key` must only contain lowercase letters, numbers, and dashes.',
    ),
  );
  test('the key of an input has a maximum length', () =>
    expect(refused(() => checkInputKey('key', 'k'.repeat(256)))).toContain('at most 255 characters'));
});

describe('the value of an input', () => {
  test.each(['', '{"a":1}', 'x'.repeat(5_000_000)])('the value of an input is accepted: case %#', (value) =>
    expect(() => checkInputValue('value', value)).not.toThrow(),
  );
  test('the limit of the value of an input counts bytes', () =>
    expect(refused(() => checkInputValue('value', 'ü'.repeat(2_500_001)))).toBe(
      '`value` must have at most 5,000,000 bytes, and has 5,000,002.',
    ));
  test('the value of an input with a NUL character is rejected', () =>
    expect(refused(() => checkInputValue('value', NUL))).toContain('NUL'));
});

test('a cache key has the limit and the message of Prefect', () => {
  expect(() => checkCacheKey('cacheKey', '😀'.repeat(2000))).not.toThrow();
  expect(refused(() => checkCacheKey('cacheKey', 'k'.repeat(2001)))).toBe(
    'Cache key exceeded maximum allowed length of 2000 characters.',
  );
  expect(refused(() => checkCacheKey('cacheKey', NUL))).toContain('`cacheKey` contains a NUL');
});

describe('an idempotency key', () => {
  test.each([undefined, null, ''])('the idempotency key %j counts as no key', (key) =>
    expect(checkIdempotencyKey('idempotencyKey', key)).toBe(null),
  );
  test('an idempotency key is kept unchanged', () => expect(checkIdempotencyKey('idempotencyKey', ' k ')).toBe(' k '));
  test.each(['k'.repeat(256), NUL])('an idempotency key may not be %j', (key) =>
    expect(refused(() => checkIdempotencyKey('key', key))).toMatch(/^`key` /),
  );
});

test('the path in an error message is shortened and can itself be stored', () => {
  const message = refused(() => checkCharacters(`${'x'.repeat(199)}\0${'y'.repeat(100)}`, NUL));
  expect(message).toBe(`\`${'x'.repeat(199)}...\` contains a NUL character, which cannot be stored.`);
});
