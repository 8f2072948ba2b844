import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import type { Steps } from '../values/steps.ts';
import { asFault, faultBySchema, type SchemaFault, schemaSteps } from './faultBySchema.ts';
import { KEYWORDS } from './keywords.ts';
import { memberOf } from './memberOf.ts';
import { preparedSchema } from './preparedSchema.ts';
import { SchemaValidation } from './schemaValidation.ts';
import { pathOf } from './validationError.ts';

/**
 * Checks job variables by the schema of a work pool, which also supplies the variables that are missing. Invalid
 * defaults are left out; then required variables may be missing, too.
 * Source: Prefect 3, server/api/validation.py, _validate_work_pool_job_variables.
 * @param isComplete whether all required variables must be there
 */
export function jobVariablesFault(schema: JsonObject, given: JsonObject, isComplete: boolean): SchemaFault | null {
  return asFault(() => {
    const steps = schemaSteps();
    const defaults = defaultsOf(schema);
    const invalid = invalidNames(schema, defaults, steps);
    const valid = Object.entries(defaults).filter(([name]) => !invalid.has(name));
    const ignoresRequired = !isComplete || invalid.size > 0;
    const merged = { ...Object.fromEntries(valid), ...given };
    return faultBySchema(schema, merged, { ignoresRequired, allowsNullForDefaults: true }, steps);
  });
}

/** Checks the defaults of a work pool's schema. */
export const defaultsFault = (schema: JsonObject): SchemaFault | null => {
  const defaults = Object.entries(defaultsOf(schema)).filter(([, value]) => !isBlock(value));
  return faultBySchema(schema, Object.fromEntries(defaults), { ignoresRequired: true, allowsNullForDefaults: true });
};

const defaultsOf = ({ properties }: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(isJsonObject(properties) ? properties : {}).flatMap(([name, property]) =>
      isJsonObject(property) && property.default !== undefined ? [[name, property.default]] : [],
    ),
  );

/** A default can name a block of Prefect, whose value is not known here. */
const isBlock = (value: Json): boolean => isJsonObject(value) && '$ref' in value;

/** The default is read, checked and merged. */
const STEPS_PER_DEFAULT = 20;

function invalidNames(schema: JsonObject, defaults: JsonObject, steps: Steps): Set<string | number> {
  const names = Object.keys(defaults);
  if (names.length === 0) return new Set();
  steps.spend(STEPS_PER_DEFAULT * names.length);
  const blocks = names.filter((name) => isBlock(memberOf(defaults, name)));
  const validation = new SchemaValidation(preparedSchema(schema, { ignoresRequired: true }, steps), KEYWORDS, steps);
  const failed = validation.errorsOf(defaults).flatMap(({ place }) => pathOf(place, 0).slice(0, 1));
  return new Set<string | number>([...blocks, ...failed]);
}
