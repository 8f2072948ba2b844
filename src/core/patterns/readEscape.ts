import { codePointOf } from './characterClasses.ts';
import type { PatternText } from './patternText.ts';
import { PatternError } from './patternTree.ts';

const ESCAPES = new Map(Object.entries({ a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 }));
const HEX_DIGITS: { readonly [letter: string]: number } = { x: 2, u: 4, U: 8 };

/** Reads an escaped character, after its backslash. */
export function readEscape(text: PatternText): number {
  const octal = text.takeWhile(3, /^[0-7]$/);
  if (octal !== '') return octalCode(octal);
  const letter = text.take();
  const digits = HEX_DIGITS[letter];
  if (digits !== undefined) return hexCode(text.takeWhile(digits, /^[0-9a-fA-F]$/), digits);
  const control = ESCAPES.get(letter);
  if (control !== undefined) return control;
  if (/^[a-zA-Z0-9]$/.test(letter)) throw new PatternError(`bad escape \\${letter}`);
  return codePointOf(letter);
}

function octalCode(digits: string): number {
  const code = Number.parseInt(digits, 8);
  if (code > 0o377) throw new PatternError('octal escape value outside of range 0-0o377');
  return code;
}

function hexCode(digits: string, expected: number): number {
  const code = Number.parseInt(digits, 16);
  if (digits.length !== expected || code > 0x10ffff) throw new PatternError('incomplete escape');
  return code;
}
