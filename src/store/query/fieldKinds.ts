import type { FilterOperator } from '../../core/filters/filter.ts';
import { MAX_TEXT_QUERY_CHARACTERS } from '../../core/filters/textQuery.ts';
import { STATE_TYPES } from '../../core/runs/state.ts';
import { FIRST_INSTANT, formatInstant, type Instant, LAST_INSTANT } from '../../core/values/instant.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { isUuid } from '../../core/values/uuid.ts';

interface Kind {
  /** The name of the type in PostgreSQL. */
  type: string;
  /** Its description in errors, after "must be". */
  called: string;
  accepts: (value: Json) => boolean;
  operators: readonly FilterOperator[];
}

const MAX_INT = 2 ** 31 - 1;
// PostgreSQL cannot store it in a text.
const NUL = '\0';
const isText = (value: Json) => typeof value === 'string' && !value.includes(NUL);

/** The kinds of fields: their values, and the operators that filters can use on them. */
export const FIELD_KINDS = {
  uuid: {
    type: 'uuid',
    called: 'a UUID',
    accepts: isUuid,
    operators: ['in', 'notIn', 'isNull'],
  },
  text: {
    type: 'text',
    called: 'a text without NUL characters',
    accepts: isText,
    operators: ['in', 'notIn', 'contains', 'startsWith', 'isNull'],
  },
  stateType: {
    type: 'state_type',
    called: `one of ${STATE_TYPES.join(', ')}`,
    accepts: (value) => (STATE_TYPES as readonly Json[]).includes(value), // The cast: `includes` accepts values of the list only.
    operators: ['in', 'notIn'],
  },
  /** A JSON list of texts; each value in a filter is one text. */
  tags: {
    type: 'text',
    called: 'a text without NUL characters',
    accepts: isText,
    operators: ['hasAll', 'hasAny', 'isEmpty'],
  },
  /** Text for full-text queries. */
  prose: {
    type: 'text',
    called: `a text of at most ${MAX_TEXT_QUERY_CHARACTERS} characters, without NUL characters`,
    accepts: (value) => isText(value) && String(value).length <= MAX_TEXT_QUERY_CHARACTERS,
    operators: ['query'],
  },
  bool: {
    type: 'boolean',
    called: 'true or false',
    accepts: (value) => typeof value === 'boolean',
    operators: ['is'],
  },
  time: {
    type: 'timestamptz',
    called: 'a time from the year 1000 to 9999',
    accepts: (value) => isInteger(value, FIRST_INSTANT, LAST_INSTANT),
    operators: ['gte', 'lte', 'isNull'],
  },
  int: {
    type: 'int',
    called: 'a whole number of 32 bits',
    accepts: (value) => isInteger(value, -MAX_INT, MAX_INT),
    operators: ['in', 'notIn', 'gte', 'lte', 'isNull'],
  },
} as const satisfies Record<string, Kind>;

export type FieldKind = keyof typeof FIELD_KINDS;

const isInteger = (value: Json, least: number, most: number) =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;

/** Returns the value as a statement takes it. Throws BAD_USER_INPUT with the field's name. */
export function parameter(kind: FieldKind, value: Json, field: string): Json {
  if (!FIELD_KINDS[kind].accepts(value))
    throw new Problem('BAD_USER_INPUT', `\`${field}\` must be ${FIELD_KINDS[kind].called}.`, { field });
  return kind === 'time' ? formatInstant(value as Instant) : value; // The cast: an accepted time is a number.
}
