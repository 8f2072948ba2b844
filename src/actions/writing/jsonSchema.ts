import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import type { Json, JsonObject } from '../../core/runs/state.ts';
import { TookTooLong, withinTime } from './withinTime.ts';

/** Why a value was refused: because it does not fit the schema, or because the schema is none. */
export type SchemaFault = { kind: 'value' | 'schema'; reason: string };

/**
 * Whether a value fits a schema (JSON Schema 2020-12); null where it does. Defaults are not filled in, and other properties
 * than the schema's are fine unless it forbids them.
 * Source: Prefect 3, utilities/schema_tools/validation.py, which tells one reason; here are several.
 */
export function faultBySchema({ $schema: _, ...schema }: JsonObject, value: Json): SchemaFault | null {
  // `$schema` is left out: what names an older draft is read by the newest one's rules, as in Prefect.
  // Compiled once, and not within the time: it is the language's own schema, and takes a tenth of a second.
  METASCHEMA.validateSchema({});
  try {
    return withinTime(MAX_VALIDATION_MS, () => {
      if (!METASCHEMA.validateSchema(schema))
        throw new Error(`schema is invalid: ${METASCHEMA.errorsText(METASCHEMA.errors, { dataVar: 'data' })}`);
      // One for each schema: whatever ids it gives to its parts are forgotten with it.
      const validate = new Ajv2020({ ...OPTIONS, validateSchema: false }).compile(schema);
      return validate(value) ? null : { kind: 'value', reason: failures(validate.errors ?? []) };
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
  // A reference that leads back to itself never ends, and so the stack does.
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

/** Where the validator's own words leave out what was asked for. */
const REASONS: { readonly [keyword: string]: (error: ErrorObject) => string } = {
  required: ({ params }) => `'${params.missingProperty}' is a required property`,
  additionalProperties: ({ params }) =>
    `Additional properties are not allowed ('${params.additionalProperty}' was unexpected)`,
  enum: ({ params }) => `must be one of ${JSON.stringify(params.allowedValues)}`,
  const: ({ params }) => `must be ${JSON.stringify(params.allowedValue)}`,
};
