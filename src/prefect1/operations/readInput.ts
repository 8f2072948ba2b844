import type { Instant } from '../../core/values/instant.ts';
import type { Json } from '../../core/values/jsonObject.ts';

/**
 * An input that GraphQL has coerced with the types in operationTables.ts: UUIDs in lower case, times as instants, JSON
 * as values. So the functions below check nothing; they only tell TypeScript the type that the table declares.
 */
export interface Prefect1Input {
  readonly [field: string]: unknown;
}

/** A field of type `String!`, `UUID!` or an enum. */
export const text = (input: Prefect1Input, field: string): string => input[field] as string; // by the table

/** A field of type `String`, `UUID` or an enum; null if it is missing. */
export const optionalText = (input: Prefect1Input, field: string): string | null =>
  (input[field] ?? null) as string | null; // by the table

export const flag = (input: Prefect1Input, field: string): boolean => input[field] as boolean; // by the table

/** A field of type `Boolean`; null if it is missing. */
export const optionalFlag = (input: Prefect1Input, field: string): boolean | null =>
  (input[field] ?? null) as boolean | null; // by the table

export const integer = (input: Prefect1Input, field: string): number => input[field] as number; // by the table

export const optionalInteger = (input: Prefect1Input, field: string): number | null =>
  (input[field] ?? null) as number | null; // by the table

export const optionalInstant = (input: Prefect1Input, field: string): Instant | null =>
  (input[field] ?? null) as Instant | null; // by the table

/** A field of type `[String!]`; null if it is missing. */
export const optionalTexts = (input: Prefect1Input, field: string): string[] | null =>
  (input[field] ?? null) as string[] | null; // by the table

/** A field of type `JSON`; null if it is missing. The operation must check the value. */
export const json = (input: Prefect1Input, field: string): Json => (input[field] ?? null) as Json; // by the table

/** A list of nested inputs; empty if it is missing or null. */
export const inputs = (input: Prefect1Input, field: string): Prefect1Input[] => (input[field] ?? []) as Prefect1Input[]; // by the table

/** Whether the client sent the field, even as null. Some operations distinguish null from a missing field. */
export const isGiven = (input: Prefect1Input, field: string): boolean => input[field] !== undefined;
