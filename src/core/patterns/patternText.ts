import { PatternError, type Place } from './patternTree.ts';

/** Ignore case, multi-line, dot matches all, verbose, ASCII only. */
export type Flags = { [Flag in 'i' | 'm' | 's' | 'x' | 'a']: boolean };

/** Python's letters; `u` is the default, and `t` does nothing. */
export const FLAGS: { readonly [letter: string]: keyof Flags | 'u' | 't' } = {
  i: 'i',
  m: 'm',
  s: 's',
  x: 'x',
  a: 'a',
  u: 'u',
  t: 't',
};

const PLACES: ReadonlyMap<string, Place> = new Map([
  ['A', 'stringStart'],
  ['Z', 'stringEnd'],
  ['b', 'boundary'],
  ['B', 'noBoundary'],
]);

/** The text of a regular expression, read from left to right. */
export class PatternText {
  readonly #characters: readonly string[];
  #index = 0;

  constructor(text: string) {
    this.#characters = [...text];
  }

  get isAtEnd(): boolean {
    return this.#index >= this.#characters.length;
  }

  /** The next character; empty at the end. */
  get next(): string {
    return this.#characters[this.#index] ?? '';
  }

  isNext(...characters: string[]): boolean {
    return characters.includes(this.next);
  }

  take(): string {
    const character = this.#characters[this.#index++];
    if (character === undefined) throw new PatternError('unexpected end of pattern');
    return character;
  }

  skip(character: string): boolean {
    if (this.next !== character) return false;
    this.#index++;
    return true;
  }

  /** In a verbose pattern: skips a space or a comment. */
  skipBlank(): boolean {
    if (this.skip('#')) {
      while (!this.isAtEnd && this.take() !== '\n');
      return true;
    }
    if (!/^[ \t\n\r\v\f]$/.test(this.next)) return false;
    this.#index++;
    return true;
  }

  takeUntil(end: string): string {
    const from = this.#index;
    while (this.take() !== end);
    return this.#characters.slice(from, this.#index - 1).join('');
  }

  takeName(end: string): string {
    const name = this.takeUntil(end);
    if (!/^[\p{ID_Start}_]\p{ID_Continue}*$/u.test(name)) throw new PatternError('bad character in group name');
    return name;
  }

  /** Takes at most `most` characters that match. */
  takeWhile(most: number, expression: RegExp): string {
    const from = this.#index;
    while (this.#index - from < most && expression.test(this.next)) this.#index++;
    return this.#characters.slice(from, this.#index).join('');
  }

  /** Reads the bounds in `{2,5}`; null if the brace stands for itself. */
  takeBounds(): [number, number] | null {
    const from = this.#index;
    if (this.isNext('}')) return null;
    const low = this.takeWhile(Number.POSITIVE_INFINITY, /^[0-9]$/);
    const high = this.skip(',') ? this.takeWhile(Number.POSITIVE_INFINITY, /^[0-9]$/) : low;
    if (this.skip('}')) return [Number(low), high === '' ? Number.POSITIVE_INFINITY : Number(high)];
    this.#index = from;
    return null;
  }

  /** After a backslash: `A`, `b` and so on. */
  takePlace(): Place | null {
    const place = PLACES.get(this.next);
    if (place) this.take();
    return place ?? null;
  }

  /** After a backslash: the number of a group. Three octal digits, and digits after a zero, are a character instead. */
  takeGroupNumber(): number | null {
    const from = this.#index;
    const digits = this.takeWhile(2, /^[0-9]$/);
    const isOctal = /^0|^[0-7]{2}$/.test(digits) && (digits.startsWith('0') || /^[0-7]$/.test(this.next));
    if (digits !== '' && !isOctal) return Number(digits);
    this.#index = from;
    return null;
  }

  /** The flags after `(?`, of which the first was taken. */
  takeFlags(first: string): { added: Partial<Flags>; removed: Partial<Flags>; isGlobal: boolean } {
    const letters = first === '-' ? '' : first + this.takeWhile(Number.POSITIVE_INFINITY, /^[imsxaut]$/);
    const isGlobal = first !== '-' && this.skip(')');
    const hasRemoved = !isGlobal && (first === '-' || this.skip('-'));
    const removed = hasRemoved ? this.takeWhile(Number.POSITIVE_INFINITY, /^[imsxaut]$/) : '';
    if (!isGlobal && !this.skip(':')) throw new PatternError('missing -, : or )');
    if (hasRemoved && removed === '') throw new PatternError('missing flag');
    if (/[aut]/.test(removed) || (!isGlobal && letters.includes('t'))) throw new PatternError('bad inline flags');
    if (letters.includes('a') && letters.includes('u')) throw new PatternError('bad inline flags');
    if ([...removed].some((letter) => letters.includes(letter))) throw new PatternError('bad inline flags');
    return { added: flagsOf(letters, true), removed: flagsOf(removed, false), isGlobal };
  }
}

const flagsOf = (letters: string, value: boolean): Partial<Flags> => ({
  ...(letters.includes('u') && { a: false }),
  ...Object.fromEntries([...letters].filter((letter) => letter !== 'u' && letter !== 't').map((one) => [one, value])),
});
