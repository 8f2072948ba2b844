import { ExactNumber } from '../values/exactNumber.ts';
import type { Json } from '../values/jsonObject.ts';

/** A number as Python reads it from JSON: an integer of any size, or a float. */
export type PythonNumber = bigint | number;

/** Returns null if the value is not a number. */
export function pythonNumber(value: Json): PythonNumber | null {
  if (value instanceof ExactNumber) return /^-?\d+$/.test(value.text) ? BigInt(value.text) : Number(value.text);
  if (typeof value !== 'number') return null;
  // JavaScript writes larger integers with an exponent, which Python reads as floats.
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value) : value;
}

/** JSON Schema: `1.0` is an integer. */
export const isInteger = (value: PythonNumber): boolean => typeof value === 'bigint' || Number.isInteger(value);

/** Source: jsonschema, _keywords.py, multipleOf. */
export function isMultiple(value: PythonNumber, divisor: PythonNumber): boolean {
  if (typeof divisor === 'bigint') {
    if (divisor === 0n) return false;
    return typeof value === 'bigint' ? value % divisor === 0n : value % Number(divisor) === 0;
  }
  const quotient = Number(value) / divisor;
  if (Number.isFinite(quotient)) return Number.isInteger(quotient);
  const [top, bottom] = fraction(Number(value));
  const [divisorTop, divisorBottom] = fraction(divisor);
  return divisorTop !== 0n && (top * divisorBottom) % (divisorTop * bottom) === 0n;
}

/** Returns the number as a fraction of integers, exactly. */
function fraction(value: number): [bigint, bigint] {
  let scaled = value;
  let power = 0n;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    power++;
  }
  return [BigInt(scaled), 1n << power];
}

/** Python's `repr`. */
export function numberRepr(value: PythonNumber): string {
  if (typeof value === 'bigint') return String(value);
  const [, sign, digits, exponent] = /^(-?)(.*)e([+-]\d+)$/.exec(value.toExponential()) as string[]; // always in this form
  const power = Number(exponent);
  if (power >= -4 && power < 16) return Number.isInteger(value) ? `${value}.0` : String(value);
  return `${sign}${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
