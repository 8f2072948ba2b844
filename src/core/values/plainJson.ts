import { ExactNumber } from './exactNumber.ts';
import type { Json } from './jsonObject.ts';

/** Returns a copy with numbers of JavaScript instead of exact numbers, for code that does not know these. */
export const plainJson = <Value extends Json>(json: Value): Value => plain(json) as Value; // of the same shape

function plain(json: Json): Json {
  if (typeof json !== 'object' || json === null) return json;
  if (json instanceof ExactNumber) return Number(json);
  if (Array.isArray(json)) return json.map(plain);
  return Object.fromEntries(Object.entries(json).map(([key, member]) => [key, plain(member)]));
}
