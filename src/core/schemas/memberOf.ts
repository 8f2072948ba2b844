import type { Json, JsonObject } from '../values/jsonObject.ts';

/** Returns a member of an object that the caller knows to be there. */
export const memberOf = (object: JsonObject, name: string): Json => object[name] as Json; // by the caller's knowledge

/** Returns an item of a list that the caller knows to be there. */
export const itemOf = (list: readonly Json[], index: number): Json => list[index] as Json; // by the caller's knowledge
