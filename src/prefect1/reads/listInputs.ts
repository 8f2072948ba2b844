import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLInputFieldConfigMap,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';
import { count } from '../../core/checks/checkText.ts';
import { PREFECT1_LIMITS } from '../../store/prefect1Reads/prefect1Limits.ts';
import { MEASURES } from '../../store/prefect1Reads/prefect1Measures.ts';
import { OPERATORS } from '../../store/prefect1Reads/prefect1Operators.ts';
import { DIRECTIONS } from '../../store/prefect1Reads/prefect1Orders.ts';
import {
  COLUMN_TYPES,
  type ColumnScalar,
  type Prefect1Table,
  sortedByName,
} from '../../store/prefect1Reads/prefect1Table.ts';
import { PREFECT1_TABLES } from '../../store/prefect1Reads/prefect1Tables.ts';
import { READ_SCALARS } from './readScalars.ts';

const listOf = (type: GraphQLInputType) => new GraphQLList(new GraphQLNonNull(type));

const Direction = new GraphQLEnumType({
  name: 'order_by',
  description: 'A sort direction. Nulls are last in `asc` and first in `desc`.',
  values: Object.fromEntries(Object.keys(DIRECTIONS).map((direction) => [direction, {}])),
});

function comparison(scalar: ColumnScalar): GraphQLInputObjectType {
  const own = READ_SCALARS[scalar];
  const types = {
    own,
    ownList: listOf(own),
    text: GraphQLString,
    texts: listOf(GraphQLString),
    flag: GraphQLBoolean,
  };
  const operators = Object.entries(OPERATORS).filter(([, { only = scalar }]) => only === scalar);
  return new GraphQLInputObjectType({
    name: `${scalar}_comparison_exp`,
    description:
      'Conditions on a column; all must be true. A condition that is null is ignored. A list has at most ' +
      `${count(PREFECT1_LIMITS.values)} values; more fail with LIMIT_EXCEEDED.`,
    fields: Object.fromEntries(operators.map(([name, { operand }]) => [name, { type: types[operand] }])),
  });
}

// Object.keys returns strings; the keys of this constant are ColumnScalars.
const COMPARISONS = new Map(
  (Object.keys(COLUMN_TYPES) as ColumnScalar[]).map((scalar) => [scalar, comparison(scalar)] as const),
);

const isArray = (kind: string) => kind === 'array';

interface TableInputs {
  boolExp: GraphQLInputObjectType;
  orderBy: GraphQLInputObjectType;
  aggregateOrderBy: GraphQLInputObjectType;
  selectColumn: GraphQLEnumType;
}

/** Returns the columns that each measure applies to; omits measures that apply to no column. */
export function measuredColumns(table: Prefect1Table): [measure: string, columns: string[]][] {
  return Object.entries(MEASURES)
    .map(([measure, { scalars }]): [string, string[]] => [
      measure,
      Object.entries(table.columns).flatMap(([name, { scalar }]) => (scalars.includes(scalar) ? [name] : [])),
    ])
    .filter(([, columns]) => columns.length > 0);
}

function inputsOf(table: Prefect1Table): TableInputs {
  const { name, columns, relations } = table;
  const inputFields = (entries: (readonly [string, GraphQLInputType | undefined])[]): GraphQLInputFieldConfigMap =>
    sortedByName(entries.flatMap(([field, type]) => (type ? [[field, { type }] as const] : [])));
  const columnEntries = Object.entries(columns);
  const relationEntries = Object.entries(relations);

  const boolExp: GraphQLInputObjectType = new GraphQLInputObjectType({
    name: `${name}_bool_exp`,
    description:
      `Matches rows of ${name} for which all parts hold. Null parts are ignored. A relation matches if one related row ` +
      `does. At most ${count(PREFECT1_LIMITS.conditions)} conditions; more fail with LIMIT_EXCEEDED.`,
    fields: () =>
      inputFields([
        ['_and', listOf(boolExp)],
        ['_not', boolExp],
        ['_or', listOf(boolExp)],
        ...columnEntries.map(([column, { scalar }]) => [column, COMPARISONS.get(scalar)] as const),
        ...relationEntries.map(([relation, { to }]) => [relation, LIST_INPUTS[to]?.boolExp] as const),
      ]),
  });
  const orderBy = new GraphQLInputObjectType({
    name: `${name}_order_by`,
    description: 'Sort keys. The keys of one object apply in alphabetical order, in a document and in variables.',
    fields: () =>
      inputFields([
        ...columnEntries.map(([column]) => [column, Direction] as const),
        ...relationEntries.map(([relation, { kind, to }]) =>
          isArray(kind)
            ? ([`${relation}_aggregate`, LIST_INPUTS[to]?.aggregateOrderBy] as const)
            : ([relation, LIST_INPUTS[to]?.orderBy] as const),
        ),
      ]),
  });
  const aggregateOrderBy = new GraphQLInputObjectType({
    name: `${name}_aggregate_order_by`,
    description: `Sorts by an aggregate of the related rows of ${name}.`,
    fields: () =>
      inputFields([
        ['count', Direction],
        ...measuredColumns(table).map(
          ([measure, measured]) =>
            [
              measure,
              new GraphQLInputObjectType({
                name: `${name}_${measure}_order_by`,
                fields: Object.fromEntries(measured.map((column) => [column, { type: Direction }])),
              }),
            ] as const,
        ),
      ]),
  });
  const selectColumn = new GraphQLEnumType({
    name: `${name}_select_column`,
    description: `The columns of ${name}.`,
    values: Object.fromEntries(columnEntries.map(([column]) => [column, {}])),
  });
  return { boolExp, orderBy, aggregateOrderBy, selectColumn };
}

export const LIST_INPUTS: { readonly [table: string]: TableInputs } = Object.fromEntries(
  Object.values(PREFECT1_TABLES).map((table) => [table.name, inputsOf(table)]),
);

export function listInputsOf({ name }: Prefect1Table): TableInputs {
  const inputs = LIST_INPUTS[name];
  if (!inputs) throw new Error(`Prefect 1 has no table ${name}.`);
  return inputs;
}

/** Returns the arguments of a list of rows. */
export function listArguments(table: Prefect1Table): GraphQLFieldConfigArgumentMap {
  const { boolExp, orderBy, selectColumn } = listInputsOf(table);
  return {
    distinct_on: {
      type: listOf(selectColumn),
      description:
        'Returns only the first row for each combination of these columns. `order_by` must start with them. ' +
        `At most ${PREFECT1_LIMITS.keys} columns; more fail with LIMIT_EXCEEDED.`,
    },
    limit: {
      type: GraphQLInt,
      description:
        'Maximum number of rows. Default: all rows. A request that reads more rows in total than FLOWQL_MAX_ROWS, ' +
        '150,000 by default, fails with QUERY_TOO_COMPLEX.',
    },
    offset: { type: GraphQLInt, description: 'Number of rows to skip.' },
    order_by: {
      type: listOf(orderBy),
      description:
        'Sort order. Rows that compare equal are sorted by id. ' +
        `At most ${PREFECT1_LIMITS.keys} keys; more fail with LIMIT_EXCEEDED.`,
    },
    where: { type: boolExp, description: 'Returns only rows that match this condition.' },
  };
}
