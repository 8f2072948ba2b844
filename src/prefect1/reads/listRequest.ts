import { type FieldNode, type GraphQLObjectType, type GraphQLResolveInfo, getArgumentValues } from 'graphql';
import { Problem } from '../../core/values/problem.ts';
import type { BoolExp } from '../../store/prefect1Reads/prefect1Conditions.ts';
import type { Measure } from '../../store/prefect1Reads/prefect1Measures.ts';
import type { OrderBy } from '../../store/prefect1Reads/prefect1Orders.ts';
import type { Prefect1List, Wanted } from '../../store/prefect1Reads/prefect1Reads.ts';
import type { Prefect1Table } from '../../store/prefect1Reads/prefect1Table.ts';
import type { Prefect1Context } from '../operations/prefect1Context.ts';
import { selectedFields } from './selectedFields.ts';
import { writtenOrder } from './writtenOrder.ts';

/** The coerced arguments of a list. */
export interface ListArguments {
  distinct_on?: string[] | null;
  limit?: number | null;
  offset?: number | null;
  order_by?: OrderBy[] | null;
  where?: BoolExp | null;
}

export const listOfArguments = (
  args: ListArguments,
  context: Prefect1Context,
  info: GraphQLResolveInfo,
): Prefect1List => ({
  where: args.where ?? {},
  orderBy: writtenOrder(args.order_by ?? [], context, info),
  distinctOn: args.distinct_on ?? [],
  limit: notNegative(args.limit),
  offset: notNegative(args.offset),
});

function notNegative(value: number | null | undefined): number | null {
  if (typeof value === 'number' && value < 0) throw new Problem('bad-request', 'unexpected negative value');
  return value ?? null;
}

/** Returns the selected columns of rows, and the key columns of the selected relations. */
export function wantedOf(table: Prefect1Table, nodes: readonly FieldNode[], info: GraphQLResolveInfo): Wanted {
  const fields = [...selectedFields(nodes, info).keys()];
  const keys = fields.flatMap((name) => table.relations[name.replace(/_aggregate$/, '')]?.ours ?? []);
  return { columns: fields.filter((name) => table.columns[name]), keys: [...new Set(keys)] };
}

/** Returns the selected measures of an aggregate. */
export function measuresOf(
  fieldsType: GraphQLObjectType,
  nodes: readonly FieldNode[],
  info: GraphQLResolveInfo,
): Measure[] {
  const measures = [...selectedFields(nodes, info)].flatMap(([name, sameNodes]): Measure[] => {
    const field = fieldsType.getFields()[name];
    if (!field) return []; // __typename
    if (name !== 'count')
      return [...selectedFields(sameNodes, info).keys()]
        .filter((column) => column !== '__typename')
        .map((column) => ({ measure: name, column }));
    return sameNodes.map((node) => countMeasure(getArgumentValues(field, node, info.variableValues)));
  });
  return [...new Map(measures.map((measure) => [measureKey(measure), measure])).values()];
}

export const countMeasure = (args: { columns?: string[] | null; distinct?: boolean | null }): Measure => ({
  measure: 'count',
  columns: args.columns ?? [],
  distinct: args.distinct ?? false,
});

export const measureKey = (measure: Measure): string => JSON.stringify(measure);
