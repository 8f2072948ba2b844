import { GraphQLObjectType, GraphQLSchema, GraphQLString, graphql } from 'graphql';
import { expect, test } from 'vitest';
import { selecting } from '../../src/api/building/selecting.ts';

const Node: GraphQLObjectType = new GraphQLObjectType({
  name: 'Node',
  fields: () => ({ id: { type: GraphQLString }, data: { type: GraphQLString }, next: { type: Node } }),
});

test.each([
  ['a requested field', '{ node { data } }', true],
  ['a field that is not requested', '{ node { id } }', false],
  ['a field under an alias', '{ node { wide: data } }', true],
  ['another field under its name', '{ node { data: id } }', false],
  ['a nested field', '{ node { next { next { data } } } }', true],
  ['a field in a fragment', '{ node { ...part } } fragment part on Node { data }', true],
  [
    'a field in a fragment in a fragment',
    '{ node { ...a } } fragment a on Node { ... on Node { ...b } } fragment b on Node { data }',
    true,
  ],
  ['a field at the root', '{ node { id } data }', false],
])('selecting finds %s: %s', async (_, source, found) => {
  const asksForData = selecting('data');
  const answers: boolean[] = [];
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: {
      data: { type: GraphQLString },
      node: {
        type: Node,
        resolve: (_source, _arguments, _context, info) => {
          answers.push(asksForData(info), asksForData(info));
          return {};
        },
      },
    },
  });
  await graphql({ schema: new GraphQLSchema({ query }), source });
  expect(answers).toEqual([found, found]);
});
