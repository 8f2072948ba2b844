import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLNonNull,
} from 'graphql';
import { type Prefect1Table, sortedByName } from '../../store/prefect1Reads/prefect1Table.ts';
import { PREFECT1_TABLES, prefect1Table } from '../../store/prefect1Reads/prefect1Tables.ts';
import type { Prefect1Context } from '../operations/prefect1Context.ts';
import { listArguments } from './listInputs.ts';
import { aggregateField, byPrimaryKeyField, rowsField } from './readResolvers.ts';
import { READ_SCALARS, UuidList } from './readScalars.ts';
import { listOfRows, readTypesOf } from './readTypes.ts';

type Field = GraphQLFieldConfig<unknown, Prefect1Context>;

function tableFields(table: Prefect1Table): [string, Field][] {
  const { name, hasPrimaryKey } = table;
  const { row, aggregate } = readTypesOf(name);
  const args = listArguments(table);
  const byPrimaryKey: Field = {
    type: row,
    args: { id: { type: new GraphQLNonNull(READ_SCALARS.uuid) } },
    resolve: byPrimaryKeyField(table),
  };
  return [
    [name, { type: listOfRows(row), args, resolve: rowsField(table) }],
    [`${name}_aggregate`, { type: new GraphQLNonNull(aggregate), args, resolve: aggregateField(table) }],
    ...(hasPrimaryKey ? [[`${name}_by_pk`, byPrimaryKey] satisfies [string, Field]] : []),
  ];
}

/** The tasks upstream or downstream of given tasks, as a table. */
function walkFields(direction: 'downstream' | 'upstream'): [string, Field][] {
  const table = prefect1Table('utility_traversal');
  const { row, aggregate } = readTypesOf(table.name);
  const name = `utility_${direction}_tasks`;
  const walkArguments = new GraphQLInputObjectType({
    name: `${name}_args`,
    fields: {
      depth_limit: {
        type: GraphQLInt,
        description: 'Maximum number of steps. Default: 50; larger values count as 50.',
      },
      start_task_ids: { type: UuidList },
    },
  });
  const args = { args: { type: new GraphQLNonNull(walkArguments) }, ...listArguments(table) };
  const walkOf: Parameters<typeof rowsField>[1] = ({ args = {} }) => ({ direction, args });
  return [
    [name, { type: listOfRows(row), args, resolve: rowsField(table, walkOf) }],
    [`${name}_aggregate`, { type: new GraphQLNonNull(aggregate), args, resolve: aggregateField(table, walkOf) }],
  ];
}

/** All table fields that Prefect 1 clients read, with their types. */
export const readQueryFields: GraphQLFieldConfigMap<unknown, Prefect1Context> = sortedByName([
  ...Object.values(PREFECT1_TABLES).flatMap(tableFields),
  ...walkFields('downstream'),
  ...walkFields('upstream'),
]);
