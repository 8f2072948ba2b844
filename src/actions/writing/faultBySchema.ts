import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import type { Json, JsonObject } from '../../core/values/jsonObject.ts';
import { plainJson } from '../../core/values/plainJson.ts';
import { TookTooLong, withinTime } from './withinTime.ts';

/** Why a value was rejected: it does not match the schema, or the schema is invalid. */
export type SchemaFault = { kind: 'value' | 'schema'; reason: string };

/**
 * Checks a value against a JSON Schema (2020-12). Returns null if it matches. Defaults are not filled in, and
 * properties that the schema does not name are allowed unless it forbids them.
 * Source: Prefect 3, utilities/schema_tools/validation.py, which returns one reason; this returns several.
 */
export function faultBySchema({ $schema: _, ...given }: JsonObject, value: Json): SchemaFault | null {
  const schema = plainJson(given);
  // `$schema` is removed: a schema of an older draft is read by the rules of the newest, as in Prefect.
  // Compiled once, outside the time limit: this is the meta-schema, and it takes 0.1 s.
  METASCHEMA.validateSchema({});
  try {
    return withinTime(MAX_VALIDATION_MS, () => {
      if (!METASCHEMA.validateSchema(schema))
        throw new Error(`schema is invalid: ${METASCHEMA.errorsText(METASCHEMA.errors, { dataVar: 'data' })}`);
      // One instance per schema, so that the ids of its parts are dropped with it.
      const validate = new Ajv2020({ ...OPTIONS, validateSchema: false }).compile(schema);
      return validate(plainJson(value)) ? null : { kind: 'value', reason: failures(validate.errors ?? []) };
    });
  } catch (error) {
    return { kind: 'schema', reason: `Invalid schema: ${faultOfSchema(error)}` };
  }
}

const MAX_VALIDATION_MS = 250;
const OPTIONS = { strict: false, validateFormats: false, allErrors: true, logger: false } as const;
const METASCHEMA = new Ajv2020(OPTIONS);

function faultOfSchema(error: unknown): string {
  if (error instanceof TookTooLong) return `validating the input took too long, ${error.message}.`;
  // A reference to itself recurses until the stack overflows.
  if (error instanceof RangeError) return 'Unable to validate schema with circular references.';
  return shortened(error instanceof Error ? error.message : String(error));
}

const MAX_REASONS = 10;
const MAX_REASON_CHARACTERS = 300;
const shortened = (text: string): string =>
  text.length > MAX_REASON_CHARACTERS ? `${text.slice(0, MAX_REASON_CHARACTERS)}...` : text;

const failures = (errors: readonly ErrorObject[]): string => {
  const more = errors.length > MAX_REASONS ? ['There are more faults'] : [];
  return [...errors.slice(0, MAX_REASONS).map(failure), ...more].join('. ');
};

const failure = (error: ErrorObject): string => {
  const field = fieldOf(error.instancePath);
  const reason = REASONS[error.keyword]?.(error) ?? error.message ?? error.keyword;
  return `Validation failed${field && ` for field '${shortened(field)}'`}. Failure reason: ${shortened(reason)}`;
};

/** `/answers/0/name` is `answers[0].name`. */
const fieldOf = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part.replaceAll('~1', '/').replaceAll('~0', '~')}`))
    .join('')
    .replace(/^\./, '');

/** Messages for errors whose standard message omits the expected value. */
const REASONS: { readonly [keyword: string]: (error: ErrorObject) => string } = {
  required: ({ params }) => `'${params.missingProperty}' is a required property`,
  additionalProperties: ({ params }) =>
    `Additional properties are not allowed ('${params.additionalProperty}' was unexpected)`,
  enum: ({ params }) => `must be one of ${JSON.stringify(params.allowedValues)}`,
  const: ({ params }) => `must be ${JSON.stringify(params.allowedValue)}`,
};
