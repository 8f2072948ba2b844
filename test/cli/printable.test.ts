import { expect, test } from 'vitest';
import { printable, printableJson, printableLine } from '../../src/cli/printable.ts';

const HOSTILE = [
  ...Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).filter(
    (mark) => mark !== '\n' && mark !== '\t',
  ),
  ...Array.from({ length: 33 }, (_, code) => String.fromCharCode(127 + code)),
  ...'\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029',
];

test.each(HOSTILE)('the character %j does not reach the terminal', (mark) => {
  expect(printable(`a${mark}b`)).toBe('ab');
  const json = printableJson({ [mark]: mark });
  expect(json).toMatch(/^[\x20-\x7e]+$/);
  expect(JSON.parse(json)).toEqual({ [mark]: mark });
});

test('line breaks, tabs and all letters stay', () => {
  const text = 'a\n\tb ünï 🦆 \u05e2';
  expect([printable(text), printableLine('a\n\tb')]).toEqual([text, 'a  b']);
});
