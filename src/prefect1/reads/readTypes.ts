import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLFloat,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
} from 'graphql';
import { PREFECT1_LIMITS } from '../../store/prefect1Reads/prefect1Limits.ts';
import {
  type ColumnScalar,
  type Prefect1Column,
  type Prefect1Table,
  sortedByName,
} from '../../store/prefect1Reads/prefect1Table.ts';
import { PREFECT1_TABLES, prefect1Table } from '../../store/prefect1Reads/prefect1Tables.ts';
import type { Prefect1Context } from '../operations/prefect1Context.ts';
import { listArguments, listInputsOf, measuredColumns } from './listInputs.ts';
import { countMeasure, measureKey } from './listRequest.ts';
import {
  type Aggregate,
  arrayField,
  jsonField,
  type MeasuredValues,
  measuresField,
  nodesField,
  objectField,
  relatedAggregateField,
} from './readResolvers.ts';
import { READ_SCALARS } from './readScalars.ts';

type Field<Source> = GraphQLFieldConfig<Source, Prefect1Context>;
type Row = Parameters<ReturnType<typeof objectField>>[0];

interface TableTypes {
  row: GraphQLObjectType<Row, Prefect1Context>;
  aggregate: GraphQLObjectType<Aggregate, Prefect1Context>;
}

const orNull = (type: GraphQLOutputType, nullable: boolean): GraphQLOutputType =>
  nullable ? type : new GraphQLNonNull(type);

export const listOfRows = (type: GraphQLObjectType): GraphQLOutputType =>
  new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(type)));

function columnField(name: string, { scalar, nullable }: Prefect1Column): Field<Row> {
  const type = orNull(READ_SCALARS[scalar], nullable);
  if (scalar !== 'jsonb') return { type };
  const args = {
    path: {
      type: GraphQLString,
      description: 'JSON path, such as `$.key[0].key`. Returns the value at the path, null if there is none.',
    },
  };
  return { type, args, resolve: jsonField(name) };
}

function relationFields({ relations }: Prefect1Table): [string, Field<Row>][] {
  return Object.entries(relations).flatMap(([name, relation]): [string, Field<Row>][] => {
    const { row, aggregate } = readTypesOf(relation.to);
    if (relation.kind === 'object')
      return [[name, { type: orNull(row, relation.nullable), resolve: objectField(relation) }]];
    const args = listArguments(prefect1Table(relation.to));
    return [
      [name, { args, type: listOfRows(row), resolve: arrayField(relation) }],
      [`${name}_aggregate`, { args, type: new GraphQLNonNull(aggregate), resolve: relatedAggregateField(relation) }],
    ];
  });
}

/** The maximum, minimum and sum of Ints are Ints; other measures are Floats. */
const measuredType = (measure: string, scalar: ColumnScalar): GraphQLOutputType =>
  ['max', 'min', 'sum'].includes(measure) ? READ_SCALARS[scalar] : GraphQLFloat;

function measuresType(table: Prefect1Table): GraphQLObjectType<MeasuredValues, Prefect1Context> {
  const { name, columns } = table;
  const measuredField = (measure: string, column: string, scalar: ColumnScalar): Field<MeasuredValues> => ({
    type: measuredType(measure, scalar),
    resolve: (values) => values.get(measureKey({ measure, column })),
  });
  const measures = measuredColumns(table).map(([measure, measured]): [string, Field<MeasuredValues>] => {
    const fields = measured.flatMap((column): [string, Field<MeasuredValues>][] => {
      const scalar = columns[column]?.scalar;
      return scalar ? [[column, measuredField(measure, column, scalar)]] : [];
    });
    const type = new GraphQLObjectType({ name: `${name}_${measure}_fields`, fields: Object.fromEntries(fields) });
    return [measure, { type, resolve: (values) => values }];
  });
  const count: Field<MeasuredValues> = {
    type: new GraphQLNonNull(GraphQLInt),
    args: {
      columns: {
        type: new GraphQLList(new GraphQLNonNull(listInputsOf(table).selectColumn)),
        description: `At most ${PREFECT1_LIMITS.keys} columns; more fail with LIMIT_EXCEEDED.`,
      },
      distinct: { type: GraphQLBoolean },
    },
    resolve: (values, args) => values.get(measureKey(countMeasure(args))),
  };
  return new GraphQLObjectType({
    name: `${name}_aggregate_fields`,
    fields: sortedByName([['count', count], ...measures]),
  });
}

function typesOf(table: Prefect1Table): TableTypes {
  const { name, columns } = table;
  const row: TableTypes['row'] = new GraphQLObjectType({
    name,
    fields: (): GraphQLFieldConfigMap<Row, Prefect1Context> =>
      sortedByName([
        ...Object.entries(columns).map(([column, config]) => [column, columnField(column, config)] as const),
        ...relationFields(table),
      ]),
  });
  const aggregate: TableTypes['aggregate'] = new GraphQLObjectType({
    name: `${name}_aggregate`,
    fields: {
      aggregate: { type: measuresType(table), resolve: measuresField },
      nodes: { type: listOfRows(row), resolve: nodesField },
    },
  });
  return { row, aggregate };
}

const READ_TYPES: { readonly [table: string]: TableTypes } = Object.fromEntries(
  Object.values(PREFECT1_TABLES).map((table) => [table.name, typesOf(table)]),
);

export function readTypesOf(table: string): TableTypes {
  const types = READ_TYPES[table];
  if (!types) throw new Error(`Prefect 1 has no table ${table}.`);
  return types;
}
