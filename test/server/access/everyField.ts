import {
  type ExecutionResult,
  execute,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  OperationTypeNode,
  parse,
  subscribe,
} from 'graphql';
import type { Viewer } from '../../../src/core/values/viewer.ts';
import { contextFor } from '../../support/contextFor.ts';
import type { TestEngine } from '../../support/engine.ts';

// Calls any root field of a schema with arguments that are generated from its types.

export interface RootField {
  /** Such as `mutation createFlow`. */
  name: string;
  operation: OperationTypeNode;
  field: GraphQLField<unknown, unknown>;
}

export const rootFields = (schema: GraphQLSchema): RootField[] =>
  Object.values(OperationTypeNode).flatMap((operation) =>
    Object.values(schema.getRootType(operation)?.getFields() ?? {}).map((field) => ({
      name: `${operation} ${field.name}`,
      operation,
      field,
    })),
  );

/** The keys that lead to a value in the arguments: `input.flowId`. Items of lists have no key. */
type Path = readonly string[];

const ID_TYPES = ['ID', 'UUID', 'uuid'];
const VALUES: { [scalar: string]: unknown } = {
  Int: 1,
  Float: 1,
  String: 'x',
  Boolean: true,
  DateTime: '2031-01-01T00:00:00Z',
  timestamptz: '2031-01-01T00:00:00Z',
};
const MOST_KEYS = 3;

/** Comparisons with these tell nothing about the id. */
const ORDERS = /^_[gl]te?$/;

/** Every place in the arguments of a field that takes an id, at most three keys deep. */
export const idPaths = ({ field }: RootField): Path[] =>
  field.args.flatMap(({ name, type }) => idPathsIn(type, [name]));

function idPathsIn(type: GraphQLInputType, path: Path): Path[] {
  const named = getNamedType(type);
  if (ID_TYPES.includes(named.name)) return [path];
  if (!isInputObjectType(named) || path.length === MOST_KEYS) return [];
  const fields = Object.values(named.getFields()).filter(({ name }) => !ORDERS.test(name));
  return fields.flatMap((field) => idPathsIn(field.type, [...path, field.name]));
}

interface Generated {
  /** The id for a place, by its last key. */
  idAt: (key: string, isOnPath: boolean) => string;
  /** What to give in addition: texts and JSON, because some fields reject a change of nothing, or these and ids. */
  optional?: 'changes' | 'changes and ids' | null;
}

const CHANGES = ['String', 'JSON', 'JSONObject'];
const isId = (type: GraphQLInputType) => ID_TYPES.includes(getNullableType(type).toString());
const isChange = (name: string, type: GraphQLInputType) =>
  CHANGES.includes(getNullableType(type).toString()) && !/idempotency|cron|rrule|timezone/i.test(name);

/** Generates required values, and those on the path. */
function generatedValue(type: GraphQLInputType, at: string, path: Path, given: Generated): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [generatedValue(nullable.ofType, at, path, given)];
  if (isInputObjectType(nullable)) {
    const fields = Object.values(nullable.getFields());
    const wanted = fields.filter(
      (field) =>
        field.name === path[0] ||
        isNonNullType(field.type) ||
        (given.optional && !nullable.isOneOf && isChange(field.name, field.type)) ||
        (given.optional === 'changes and ids' && !nullable.isOneOf && isId(field.type)),
    );
    const chosen = wanted.length === 0 && nullable.isOneOf ? fields.slice(0, 1) : wanted;
    return Object.fromEntries(
      chosen.map(({ name, type: inner }) => [
        name,
        generatedValue(inner, name, name === path[0] ? path.slice(1) : OFF_PATH, given),
      ]),
    );
  }
  if (ID_TYPES.includes(nullable.name)) return given.idAt(at, path !== OFF_PATH);
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name;
  return nullable.name in VALUES ? VALUES[nullable.name] : {};
}
const OFF_PATH: Path = ['-'];

export interface Called {
  /** `ok`, or the code of the first error. */
  code: string;
  /** Everything that the client learns, without ids and times that differ from call to call. */
  learnt: string;
}

export async function call(
  { engine }: TestEngine,
  schema: GraphQLSchema,
  { operation, field }: RootField,
  { viewer, path = OFF_PATH, ...generated }: Generated & { viewer: Viewer; path?: Path },
): Promise<Called> {
  const given = field.args.filter(({ name, type }) => name === path[0] || isNonNullType(type));
  const variables = Object.fromEntries(
    given.map(({ name, type }) => [
      name,
      generatedValue(type, name, name === path[0] ? path.slice(1) : OFF_PATH, generated),
    ]),
  );
  const heads = given.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const passed = given.map(({ name }) => `${name}: $${name}`).join(', ');
  const document = parse(
    `${operation} ${heads && `(${heads})`} { found: ${field.name}${passed && `(${passed})`} ${selectionOf(field)} }`,
  );
  const contextValue = contextFor(engine, viewer, { variables });
  const request = { schema, document, variableValues: variables, contextValue };
  const result = await (operation === OperationTypeNode.SUBSCRIPTION ? subscribe(request) : execute(request));
  if (Symbol.asyncIterator in result) {
    await result.return?.();
    return { code: 'ok', learnt: 'a stream' };
  }
  return {
    code: codeOf(result),
    learnt: learntFrom(result, path === OFF_PATH ? '' : generated.idAt(path.at(-1) ?? '', true)),
  };
}

/** All fields of the payload that take no arguments and have no fields themselves. */
function selectionOf({ type }: GraphQLField<unknown, unknown>): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  const leaves = isObjectType(named)
    ? Object.values(named.getFields()).filter(
        ({ args, type: inner }) => args.length === 0 && isLeafType(getNamedType(inner)),
      )
    : [];
  return `{ __typename ${leaves.map(({ name }) => name).join(' ')} }`;
}

function codeOf({ errors: [error] = [] }: ExecutionResult): string {
  if (!error) return 'ok';
  const cause = error.originalError;
  return String(cause && 'code' in cause ? cause.code : (error.extensions.code ?? error.message));
}

const learntFrom = (result: ExecutionResult, id: string): string =>
  JSON.stringify({ data: result.data, errors: result.errors?.map(({ message }) => message), code: codeOf(result) })
    .replaceAll(id || '-', '<id>')
    .replace(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, '<another id>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)/g, '<time>')
    .replace(/\b\d+\.\d+\b/g, '<number>');
