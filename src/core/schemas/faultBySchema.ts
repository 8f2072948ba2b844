import { PatternError } from '../patterns/patternTree.ts';
import type { Json, JsonObject } from '../values/jsonObject.ts';
import { countSteps, type Steps, TooManySteps } from '../values/steps.ts';
import { KEYWORDS, META_KEYWORDS } from './keywords.ts';
import { META_SCHEMA } from './metaSchema.ts';
import { preparedSchema, type SchemaPreparation } from './preparedSchema.ts';
import { UnresolvableReference } from './schemaReferences.ts';
import { CircularSchema, SchemaValidation } from './schemaValidation.ts';
import { shownInPython } from './shownInPython.ts';
import { bestMatch, fieldName, type ValidationError } from './validationError.ts';

/** Why a value was rejected: it does not match the schema, or the schema is invalid. */
export type SchemaFault = { kind: 'value' | 'schema'; reason: string };

/** Less than 0.1 s. The largest parameters, checked by a schema of one keyword for each member, need most of it. */
const MAX_STEPS = 500_000;

/**
 * Checks a value against a JSON Schema as Prefect 3 does, and returns null if it matches. Defaults are not filled in,
 * and properties that the schema does not name are allowed unless it forbids them. Formats are not checked.
 * Source: Prefect 3, utilities/schema_tools/validation.py, which returns one reason; this returns several.
 */
export function faultBySchema(
  schema: JsonObject,
  value: Json,
  preparation: SchemaPreparation = {},
  steps: Steps = schemaSteps(),
): SchemaFault | null {
  return asFault(() => fault(preparedSchema(schema, preparation, steps), value, steps));
}

export const schemaSteps = (): Steps => countSteps(MAX_STEPS);

/** Returns the fault of the schema if the work on it fails. */
export function asFault(work: () => SchemaFault | null): SchemaFault | null {
  try {
    return work();
  } catch (error) {
    return faultOfError(error);
  }
}

function fault(schema: JsonObject, value: Json, steps: Steps): SchemaFault | null {
  const [invalid] = new SchemaValidation(META_SCHEMA, META_KEYWORDS, steps).errorsOf(schema);
  if (invalid) return { kind: 'schema', reason: `Invalid schema: ${invalid.message()}` };
  const errors = new SchemaValidation(schema, KEYWORDS, steps).errorsOf(value);
  return errors.length === 0 ? null : { kind: 'value', reason: reasons(errors) };
}

function faultOfError(error: unknown): SchemaFault {
  if (error instanceof CircularSchema)
    return { kind: 'schema', reason: 'Invalid schema: Unable to validate schema with circular references.' };
  if (error instanceof TooManySteps)
    return { kind: 'schema', reason: `Invalid schema: validating the input takes too many steps, ${error.message}.` };
  if (error instanceof PatternError) return { kind: 'schema', reason: `Invalid schema: ${error.message}` };
  if (error instanceof UnresolvableReference)
    return { kind: 'value', reason: `Validation failed. Failure reason: ${error.message}` };
  throw error;
}

const MAX_REASONS = 10;

/** The reason that Prefect returns comes first. */
function reasons(errors: readonly ValidationError[]): string {
  const best = bestMatch(errors) as ValidationError; // there is at least one
  const first = errors.find((error) => error === best || isWithin(best, error));
  const ordered = [best, ...errors.filter((error) => error !== first)];
  const more = ordered.length > MAX_REASONS ? ['There are more faults'] : [];
  return [...ordered.slice(0, MAX_REASONS).map(sentence), ...more].join('. ');
}

const isWithin = (error: ValidationError | undefined, outer: ValidationError): boolean =>
  error !== undefined && outer.context.some((inner) => inner === error || isWithin(error, inner));

function sentence({ place, message }: ValidationError): string {
  const field = fieldName(place);
  return `Validation failed${field === '$' ? '.' : ` for field ${shownInPython(field)}.`} Failure reason: ${message()}`;
}
