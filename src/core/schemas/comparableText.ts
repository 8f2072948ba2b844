import { isJsonObject, type Json } from '../values/jsonObject.ts';
import type { Steps } from '../values/steps.ts';
import { memberOf } from './memberOf.ts';
import { isInteger, pythonNumber } from './pythonNumber.ts';

/** Returns a text that two values share if they are equal for JSON Schema: `1` is `1.0`, but not `true`. */
export function comparableText(value: Json, steps: Steps): string {
  steps.spend(2);
  if (typeof value === 'string') {
    steps.spend(Math.ceil(value.length / 32));
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => comparableText(item, steps)).join(',')}]`;
  if (isJsonObject(value)) {
    const members = Object.keys(value).sort();
    return `{${members.map((key) => `${JSON.stringify(key)}:${comparableText(memberOf(value, key), steps)}`).join(',')}}`;
  }
  const number = pythonNumber(value);
  if (number === null) return String(value);
  return typeof number === 'number' && isInteger(number) ? String(BigInt(number)) : String(number);
}
