import { ExactNumber } from './exactNumber.ts';

/** A value of PostgreSQL's type `jsonb`, and of the GraphQL scalar `JSON`. */
export type Json = string | number | ExactNumber | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export const isJsonObject = (json: Json | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof ExactNumber);

/** Returns the number as JavaScript's, for computing; null if the value is no number. */
export const numberIn = (json: Json | undefined): number | null =>
  typeof json === 'number' || json instanceof ExactNumber ? Number(json) : null;
