import { readFileSync } from 'node:fs';
import {
  type GraphQLNamedType,
  type GraphQLType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
} from 'graphql';
import { expect, test } from 'vitest';
import { printNativeSchema } from '../../src/api/printNativeSchema.ts';
import { schema } from '../../src/api/schema.ts';

const types = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type));

interface Part {
  path: string;
  description: string | null | undefined;
  isList: boolean;
  of: GraphQLNamedType;
}

const parts: Part[] = types.flatMap((type) => {
  const part = (
    path: string,
    { description, type: own }: { description?: string | null | undefined; type: GraphQLType },
  ): Part => ({
    path: `${type.name}.${path}`,
    description,
    isList: isListType(getNullableType(own)),
    of: type,
  });
  if (isEnumType(type))
    return type.getValues().map((value) => ({
      path: `${type.name}.${value.name}`,
      description: value.description,
      isList: false,
      of: type,
    }));
  if (isInputObjectType(type)) return Object.values(type.getFields()).map((field) => part(field.name, field));
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    part(field.name, field),
    ...field.args.map((argument) => part(`${field.name}(${argument.name})`, argument)),
  ]);
});

test('every type, field, argument, input field and enum value has a description', () => {
  const silent = [
    ...types.filter(({ description }) => !description).map(({ name }) => name),
    ...parts.filter(({ description }) => !description).map(({ path }) => path),
  ];
  // graphql-js describes its own scalars.
  expect(silent).toEqual([]);
  expect(parts.length).toBeGreaterThan(300);
});

test('every list is a connection or its description states a maximum', () => {
  const lists = parts.filter(({ isList, of }) => isList && !of.name.endsWith('Connection'));
  const endless = lists.filter(
    ({ description, of }) =>
      !/at most|LIMIT_EXCEEDED/i.test(`${description} ${isInputObjectType(of) ? of.description : ''}`),
  );
  expect(endless.map(({ path }) => path)).toEqual([]);
  expect(lists.length).toBeGreaterThan(20);
});

test('every mutation takes one input with an idempotency key and returns a payload', () => {
  for (const { name, args, type } of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    expect(
      args.map((argument) => argument.name),
      name,
    ).toEqual(['input']);
    const input = args[0] && schema.getType(`${args[0].type}`.replace('!', ''));
    expect(isInputObjectType(input) && Object.keys(input.getFields()), name).toContain('idempotencyKey');
    expect(`${type}`, name).toMatch(/Payload!$/);
  }
});

test('schema.graphql is the printed schema', () => {
  // If this fails, `npm run schema` writes the file.
  expect(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8')).toBe(printNativeSchema());
});
