import { getIntrospectionQuery, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { checkIntrospection } from '../../../src/server/operations/checkIntrospection.ts';
import { oneSchema } from '../../../src/server/operations/oneSchema.ts';

const schema = oneSchema({ prefect1: true });
function check(text: string): void {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  checkIntrospection(schema, document);
}

const TYPE_IN_AN_EDITOR = `query ($name: String!) {
  __type(name: $name) {
    name description possibleTypes { name } inputFields { name defaultValue type { name kind ofType { name kind } } }
    enumValues(includeDeprecated: true) { name description }
    fields(includeDeprecated: true) {
      name description args { name type { name kind } }
      type { name kind ofType { name kind ofType { name kind ofType { name kind } } } enumValues { name } }
    }
  }
}`;

describe('introspection by common clients is accepted', () => {
  test.each([
    ['graphql-codegen, Insomnia and Relay', getIntrospectionQuery()],
    ['GraphiQL', getIntrospectionQuery({ schemaDescription: true, inputValueDeprecation: true })],
    [
      'Apollo Rover and Altair',
      getIntrospectionQuery({
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        inputValueDeprecation: true,
        oneOf: true,
      }),
    ],
    ['an editor that shows one type', TYPE_IN_AN_EDITOR],
    ['a check for mutations', '{ __schema { queryType { name } mutationType { name fields { name } } } }'],
    ['fragment matchers', '{ __schema { types { kind name possibleTypes { name } } } }'],
  ])('%s', (_, text) => {
    expect(() => check(text)).not.toThrow();
  });
});

const times = (count: number, text: string) =>
  Array.from({ length: count }, (_, index) => `a${index}: ${text}`).join(' ');
const ALL_TYPES = '__schema { types { name description fields { name description type { name } } } }';

test.each([
  ['the schema 27 times', `{ ${times(27, ALL_TYPES)} }`],
  ['the types of a schema 27 times', `{ __schema { ${times(27, 'types { fields { name description } }')} } }`],
  ['a description 200 times', `{ __schema { types { fields { ${times(200, 'description')} } } } }`],
  [
    'the same by fragments',
    `{ ${times(9, '...A')} } fragment A on Query { ${times(9, ALL_TYPES)} }`.replace(/a\d+: \.\.\./g, '...'),
  ],
  ['an inline fragment', `{ ... { ... on Query { ${times(27, ALL_TYPES)} } } }`],
  [
    'one type 200 times',
    `{ ${times(200, '__type(name: "FlowRun") { fields { name type { name fields { name } } } }')} }`,
  ],
])('introspection that returns %s is too complex', (_, text) => {
  expect(() => check(text)).toThrow(
    expect.objectContaining({ code: 'QUERY_TOO_COMPLEX', details: { limit: 'introspection', max: 100_000 } }),
  );
});
