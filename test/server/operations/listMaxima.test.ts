import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
} from 'graphql';
import { expect, test } from 'vitest';
import { oneSchema } from '../../../src/server/operations/oneSchema.ts';

// A list without a maximum is a way around the row limit. The budget of a request stops it, but late.

type Field = GraphQLField<unknown, unknown>;

const schema = oneSchema({ prefect1: true });
const fieldsOf = (type: GraphQLNamedType): Field[] =>
  (isObjectType(type) || isInterfaceType(type)) && !isIntrospectionType(type) ? Object.values(type.getFields()) : [];
const takes = (field: Field, name: string) => field.args.find((argument) => argument.name === name);
const isList = ({ type }: Field) => isListType(getNullableType(type));

/** The limit on pages knows the length of these fields. */
const isCounted = (field: Field) =>
  ['first', 'page', 'ids'].some((name) => takes(field, name)) || typeof field.extensions.rows === 'number';
/** The page was counted already. */
const isInPage = (type: GraphQLNamedType) => /(Connection|Page)$/.test(type.name);
/** Prefect 1 clients read whole tables, so only the rows that they have are counted. */
const isPrefect1List = (field: Field) => /FLOWQL_MAX_ROWS/.test(takes(field, 'limit')?.description ?? '');
const isPrefect1Aggregate = (type: GraphQLNamedType) => type.name.endsWith('_aggregate');
/** As long as the list in the mutation's input, or the queue's 25 runs. */
const PREFECT1_PAYLOADS = ['set_flow_run_states_payload', 'set_task_run_states_payload', 'runs_in_queue_payload'];

const lists = Object.values(schema.getTypeMap()).flatMap((type) =>
  fieldsOf(type)
    .filter(isList)
    .map((field): [string, GraphQLNamedType, Field] => [`${type.name}.${field.name}`, type, field]),
);

test.each(lists)('the list %s has a maximum', (name, type, field) => {
  const isKnown =
    isCounted(field) ||
    isInPage(type) ||
    isPrefect1List(field) ||
    isPrefect1Aggregate(type) ||
    PREFECT1_PAYLOADS.includes(type.name) ||
    /at most|LIMIT_EXCEEDED/i.test(field.description ?? '');
  expect(isKnown, `${name} must be paged, or declare \`extensions.rows\`, or describe its maximum`).toBe(true);
});

/** The lists whose rows lead to other lists: their maxima are multiplied. */
const leading = lists.filter(
  ([, type, field]) => !isInPage(type) && !isPrefect1List(field) && !isPrefect1Aggregate(type) && leadsToPages(field),
);

function leadsToPages(field: Field): boolean {
  const seen = new Set<GraphQLNamedType>();
  const search = (type: GraphQLNamedType): boolean => {
    if (seen.has(type)) return false;
    seen.add(type);
    const possible = isInterfaceType(type) ? schema.getPossibleTypes(type) : [];
    return (
      possible.some(search) ||
      fieldsOf(type).some((inner) => takes(inner, 'first') !== undefined || search(getNamedType(inner.type)))
    );
  };
  return search(getNamedType(field.type));
}

/** Counting their maxima would reject documents that read few rows. The budget counts the rows that there are. */
const USUALLY_SHORT = ['Deployment.schedules', 'ReportTaskRunStatesPayload.reported'];

test('some lists lead to others', () => expect(leading.length).toBeGreaterThan(5));
test.each(leading)('the list %s, whose rows lead to other lists, is counted before it is read', (name, _, field) => {
  expect(isCounted(field)).toBe(!USUALLY_SHORT.includes(name));
});

/** Lists that clients send, in inputs and as arguments. */
const sent = Object.values(schema.getTypeMap()).flatMap((type) => [
  ...(isInputObjectType(type) ? Object.values(type.getFields()) : []).map((field): [string, string] => [
    `${type.name}.${field.name}`,
    isSentList(field) ? `${type.description} ${field.description}` : '',
  ]),
  ...fieldsOf(type).flatMap(({ name, args }) =>
    args.map((argument): [string, string] => [
      `${type.name}.${name}(${argument.name}:)`,
      isSentList(argument) ? `${argument.description}` : '',
    ]),
  ),
]);
const sentLists = sent.filter(([, text]) => text !== '');

function isSentList({ type }: { type: GraphQLInputField['type'] }): boolean {
  return isListType(getNullableType(type));
}

test('both dialects have lists that clients send', () => {
  expect(sentLists.some(([name]) => name === 'WriteLogsInput.logs')).toBe(true);
  expect(sentLists.some(([name]) => name === 'write_run_logs_input.logs')).toBe(true);
});
test.each(sentLists)('the list %s, which clients send, states its maximum', (_, text) =>
  expect(text).toMatch(/at most|LIMIT_EXCEEDED/i),
);
