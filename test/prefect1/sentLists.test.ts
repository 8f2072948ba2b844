import { GraphQLEnumType, type GraphQLInputType, getNamedType, getNullableType, graphql, isListType } from 'graphql';
import { expect, test } from 'vitest';
import { Problem } from '../../src/core/values/problem.ts';
import { MUTATIONS } from '../../src/prefect1/operations/operationTables.ts';
import { oneSchema } from '../../src/server/operations/oneSchema.ts';

const schema = oneSchema({ prefect1: true });
const ID = '0190a6b0-0000-7000-8000-000000000000';
const VALUES: { [type: string]: unknown } = { UUID: ID, Boolean: true, Int: 1, JSON: {}, String: 'a' };

const isList = (type: GraphQLInputType) => isListType(getNullableType(type));

/** Returns a value of the type; a list has `length` entries, and fields that may be missing are missing. */
function sampleOf(type: GraphQLInputType, length: number): unknown {
  if (isList(type)) return Array(length).fill(sampleOf(getNamedType(type), 1));
  const named = getNamedType(type);
  if (named instanceof GraphQLEnumType) return named.getValues()[0]?.name;
  if (!('getFields' in named)) return VALUES[named.name];
  const fields = Object.values(named.getFields()).filter((field) => field.type.toString().endsWith('!'));
  return Object.fromEntries(fields.map((field) => [field.name, sampleOf(field.type, 1)]));
}

const sentLists = Object.keys(MUTATIONS).flatMap((mutation) => {
  const [input] = schema.getMutationType()?.getFields()[mutation]?.args ?? [];
  const named = input && getNamedType(input.type);
  const fields = named && 'getFields' in named ? Object.values(named.getFields()) : [];
  return fields.filter(({ type }) => isList(type)).map((field) => ({ mutation, field, inputType: input?.type }));
});

/** The context has no engine, so an operation that is called fails with another error. */
const contextValue = {
  viewer: { tenantId: ID, role: 'ADMIN' },
  forgetReads() {},
  budget: { drawValues() {}, pace: { deliver: (value: unknown) => value } },
};

async function send({ mutation, field, inputType }: (typeof sentLists)[number], length: number) {
  const input = {
    ...(sampleOf(inputType as GraphQLInputType, 1) as object),
    [field.name]: sampleOf(field.type, length),
  };
  const source = `mutation ($input: ${inputType}) { answer: ${mutation}(input: $input) { __typename } }`;
  const { errors = [] } = await graphql({ schema, source, variableValues: { input }, contextValue });
  expect(errors).toHaveLength(1);
  return errors[0]?.originalError;
}

test('mutations of the Prefect 1 dialect take lists', () => expect(sentLists.length).toBeGreaterThan(9));

test.each(sentLists)('$mutation rejects more values in $field.name than its description states', async (list) => {
  const max = Number(/At most ([\d,]+) values/.exec(list.field.description ?? '')?.[1]?.replaceAll(',', ''));
  const tooMany = await send(list, max + 1);
  expect(tooMany).toBeInstanceOf(Problem);
  expect(tooMany).toMatchObject({ code: 'LIMIT_EXCEEDED', details: { field: list.field.name, max } });
  expect(await send(list, max)).not.toMatchObject({ code: 'LIMIT_EXCEEDED' });
});
