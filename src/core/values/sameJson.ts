import { ExactNumber } from './exactNumber.ts';
import type { Json } from './jsonObject.ts';

/** Whether two values are equal as JSON. The order of keys does not matter. */
export function sameJson(one: Json, other: Json): boolean {
  if (one instanceof ExactNumber) return other instanceof ExactNumber && one.text === other.text;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  if (Array.isArray(one) !== Array.isArray(other) || other instanceof ExactNumber) return false;
  const [ours, theirs] = [Object.entries(one), new Map(Object.entries(other))];
  return (
    ours.length === theirs.size &&
    ours.every(([key, value]) => theirs.has(key) && sameJson(value, theirs.get(key) ?? null))
  );
}
