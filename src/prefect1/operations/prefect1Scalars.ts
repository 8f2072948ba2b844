import { GraphQLEnumType, GraphQLScalarType, Kind } from 'graphql';
import { Problem } from '../../core/values/problem.ts';

/** The forms that Python's `uuid.UUID` accepts: with or without hyphens, in braces, as a URN. */
const UUID_TEXT = /^(?:urn:)?(?:uuid:)?\{?((?:[0-9a-f]-?){31}[0-9a-f])\}?$/i;

function uuidOf(value: unknown): string {
  const [, digits] = (typeof value === 'string' && UUID_TEXT.exec(value)) || [];
  if (digits === undefined) throw new Problem('BAD_USER_INPUT', `Could not parse UUID: ${String(value).slice(0, 60)}`);
  return digits
    .replaceAll('-', '')
    .toLowerCase()
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export const Uuid = new GraphQLScalarType<string, string>({
  name: 'UUID',
  description: 'A UUID. Inputs may omit hyphens, be in braces or be a URN. Outputs are in lower case with hyphens.',
  serialize: (id) => String(id),
  parseValue: uuidOf,
  parseLiteral: (node) => uuidOf(node.kind === Kind.STRING ? node.value : node.kind),
});

const OTHER_LEVEL = 'INFO';

/**
 * The levels of log lines. In a variable, an unknown level becomes INFO: users of Prefect add their own levels, such as
 * "TRACE" or "Level 25", and a client whose batch is rejected retries it forever and sends no further logs.
 */
class LogLevel extends GraphQLEnumType {
  override parseValue(value: unknown): unknown {
    return typeof value === 'string' && !this.getValue(value) ? OTHER_LEVEL : super.parseValue(value);
  }
}

export const enumNamed = (name: string, values: readonly string[]): GraphQLEnumType =>
  new (name === 'log_level' ? LogLevel : GraphQLEnumType)({
    name,
    values: Object.fromEntries(values.map((value) => [value, {}])),
  });
