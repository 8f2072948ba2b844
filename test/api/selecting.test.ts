import { GraphQLObjectType, GraphQLSchema, GraphQLString, graphql } from 'graphql';
import { expect, test } from 'vitest';
import { selecting } from '../../src/api/building/selecting.ts';

const Node: GraphQLObjectType = new GraphQLObjectType({
  name: 'Node',
  fields: () => ({ id: { type: GraphQLString }, data: { type: GraphQLString }, next: { type: Node } }),
});

test.each([
  ['a field that is asked for', '{ node { data } }', true],
  ['a field that is not', '{ node { id } }', false],
  ['a field under another name', '{ node { wide: data } }', true],
  ['another field under its name', '{ node { data: id } }', false],
  ['a field further down', '{ node { next { next { data } } } }', true],
  ['a field in a fragment', '{ node { ...part } } fragment part on Node { data }', true],
  [
    'a field in a fragment in a fragment',
    '{ node { ...a } } fragment a on Node { ... on Node { ...b } } fragment b on Node { data }',
    true,
  ],
  ['a field beside', '{ node { id } data }', false],
])('finds %s: %s', async (_, source, found) => {
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
