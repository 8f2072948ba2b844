/** The longest number that is stored. Python reads no longer integer; PostgreSQL stores 131,072 digits. */
const MAX_CHARACTERS = 4_300;
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * A number in JSON that JavaScript would change: more digits than its numbers have, or a trailing zero after the point,
 * which tells Python that `1.0` is a float. All other numbers in JSON are JavaScript numbers, so that two equal numbers
 * with equal digits always have the same form.
 */
export class ExactNumber {
  /**
   * @param text the number in PostgreSQL's form: without exponent, and with a point if it was written with a point or
   *   exponent. `NaN` and `Infinity`, which Python writes, and numbers that are too long are in the form of the client
   */
  constructor(readonly text: string) {}

  /** The nearest number of JavaScript. */
  valueOf(): number {
    return Number(this.text);
  }

  toString(): string {
    return this.text;
  }

  /**
   * A mark, by which `writeJson` finds out that a value contains exact numbers. Text of `JSON.stringify` must not be
   * stored: PostgreSQL refuses the NUL.
   */
  toJSON(): string {
    return `\0${this.text}`;
  }

  /** Why the number cannot be stored, or clients could not read it back: `must be a finite number.`; or null. */
  get fault(): string | null {
    // An integer of any size is an integer for Python. A float has 64 bits for all clients.
    const isInteger = /^-?\d+$/.test(this.text);
    if (!isInteger && !Number.isFinite(Number(this.text))) return 'must be a finite number.';
    if (this.text.length > MAX_CHARACTERS || /e/i.test(this.text)) return `must have at most ${MAX_CHARACTERS} digits.`;
    return null;
  }
}

/** Returns the value of a number that was written in JSON, in GraphQL, or by Python. */
export function exactNumber(written: string): number | ExactNumber {
  const text = decimalText(written);
  return isKept(text) ? Number(text) : new ExactNumber(text);
}

/** Whether JavaScript writes the number as it was. */
const isKept = (text: string): boolean =>
  NUMBER.test(text) && !(text.endsWith('0') && text.includes('.')) && decimalText(String(Number(text))) === text;

/**
 * Returns the number as PostgreSQL's `jsonb` writes it: without exponent. A number with an exponent is a float for
 * Python, so it keeps a point: `1e3` is `1000.0`.
 */
function decimalText(written: string): string {
  const [, minus = '', whole = '', fraction = '', exponent] = NUMBER.exec(written) ?? [];
  // PostgreSQL has no negative zero.
  const sign = /[1-9]/.test(whole + fraction) ? minus : '';
  if (exponent === undefined) return sign === minus ? written : written.slice(1);
  const shift = Number(exponent);
  if (Math.abs(shift) > MAX_CHARACTERS) return written;
  const point = whole.length + shift;
  const digits = `${'0'.repeat(Math.max(0, 1 - point))}${whole}${fraction}`.padEnd(point, '0');
  const at = Math.max(point, 1);
  return `${sign}${digits.slice(0, at).replace(/^0+(?=\d)/, '')}.${digits.slice(at) || '0'}`;
}
