import type { Instant } from '../../core/values/instant.ts';
import type { Json } from '../../core/values/jsonObject.ts';

/**
 * What a client sent, already coerced by the types in operationTables.ts: UUIDs in lower case, times as instants, JSON as
 * values. So the readers below check nothing again; each says to TypeScript what the table has said to GraphQL.
 */
export interface Prefect1Input {
  readonly [field: string]: unknown;
}

/** A field of type `String!`, `UUID!` or an enum. */
export const text = (input: Prefect1Input, field: string): string => input[field] as string; // by the table

/** A field of type `String`, `UUID` or an enum that may be missing. */
export const optionalText = (input: Prefect1Input, field: string): string | null =>
  (input[field] ?? null) as string | null; // by the table

export const flag = (input: Prefect1Input, field: string): boolean => input[field] as boolean; // by the table

/** A Boolean that may be missing, or null. */
export const optionalFlag = (input: Prefect1Input, field: string): boolean | null =>
  (input[field] ?? null) as boolean | null; // by the table

export const integer = (input: Prefect1Input, field: string): number => input[field] as number; // by the table

export const optionalInteger = (input: Prefect1Input, field: string): number | null =>
  (input[field] ?? null) as number | null; // by the table

export const optionalInstant = (input: Prefect1Input, field: string): Instant | null =>
  (input[field] ?? null) as Instant | null; // by the table

/** A field of type `[String!]`, null where it is missing or null. */
export const optionalTexts = (input: Prefect1Input, field: string): string[] | null =>
  (input[field] ?? null) as string[] | null; // by the table

/** Any JSON, null where it is missing or null. Its shape is the doer's to check. */
export const json = (input: Prefect1Input, field: string): Json => (input[field] ?? null) as Json; // by the table

/** A list of nested inputs, empty where it is missing or null. */
export const inputs = (input: Prefect1Input, field: string): Prefect1Input[] => (input[field] ?? []) as Prefect1Input[]; // by the table

/** Whether the client wrote the field at all: null is not the same as nothing in `set_...` and `update_...`. */
export const isGiven = (input: Prefect1Input, field: string): boolean => input[field] !== undefined;
