import {
  type FieldNode,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  getNamedType,
  isObjectType,
} from 'graphql';
import { visibleTenant } from '../../core/values/viewer.ts';
import type { MeasureRequest, RelatedRequest, Walk } from '../../loading/prefect1Loaders.ts';
import type { Measure } from '../../store/prefect1Reads/prefect1Measures.ts';
import {
  EVERY_ROW,
  keyName,
  type Measured,
  type Prefect1List,
  type Prefect1Row,
} from '../../store/prefect1Reads/prefect1Reads.ts';
import type { Prefect1Relation, Prefect1Table } from '../../store/prefect1Reads/prefect1Table.ts';
import { prefect1Table, relationForReaders, tableForReaders } from '../../store/prefect1Reads/prefect1Tables.ts';
import type { TraversalArguments } from '../../store/prefect1Reads/prefect1Traversal.ts';
import type { Prefect1Context } from '../operations/prefect1Context.ts';
import { atJsonPath, readJsonPath } from './jsonPath.ts';
import { type ListArguments, listOfArguments, measureKey, measuresOf, wantedOf } from './listRequest.ts';

type Resolver<Source, Arguments> = GraphQLFieldResolver<Source, Prefect1Context, Arguments>;

/** What the client of the request may read of a table. */
const readable = (table: Prefect1Table, { viewer }: Prefect1Context): Prefect1Table =>
  viewer.role === 'READER' ? tableForReaders(table) : table;
const readableBy = (relation: Prefect1Relation, { viewer }: Prefect1Context): Prefect1Relation =>
  viewer.role === 'READER' ? relationForReaders(relation) : relation;

/** The source of an aggregate: `nodes` reads its rows, `aggregate` its measures, each only if it is selected. */
export interface Aggregate {
  rows: (info: GraphQLResolveInfo) => Prefect1Row[] | Promise<Prefect1Row[]>;
  measures: (measures: readonly Measure[], info: GraphQLResolveInfo) => Measured | Promise<Measured>;
}

/** The measured values of an aggregate, by `measureKey`. */
export type MeasuredValues = ReadonlyMap<string, unknown>;

/** Converts the arguments of a root field that traverses tasks, and does not read a table, to a walk. */
type WalkOf = (args: WalkArguments) => Walk;
type WalkArguments = ListArguments & { args?: TraversalArguments };

export const rowsField =
  (table: Prefect1Table, walkOf?: WalkOf): Resolver<unknown, WalkArguments> =>
  (_, args, context, info) =>
    context.loaders.prefect1.rows(visibleTenant(context.viewer), readable(table, context), {
      wanted: wantedOf(table, info.fieldNodes, info),
      list: listOfArguments(args, context, info),
      walk: walkOf?.(args),
    });

export const aggregateField =
  (table: Prefect1Table, walkOf?: WalkOf): Resolver<unknown, WalkArguments> =>
  (_, args, context, field): Aggregate => {
    const { loaders, viewer } = context;
    const shown = readable(table, context);
    const request = { list: listOfArguments(args, context, field), walk: walkOf?.(args) };
    return {
      rows: (info) =>
        loaders.prefect1.rows(visibleTenant(viewer), shown, {
          ...request,
          wanted: wantedOf(table, info.fieldNodes, info),
        }),
      measures: (measures) => loaders.prefect1.measures(visibleTenant(viewer), shown, { ...request, measures }),
    };
  };

export const byPrimaryKeyField =
  (table: Prefect1Table): Resolver<unknown, { id: unknown }> =>
  async (_, { id }, context, info) => {
    const { loaders, viewer } = context;
    const [row] = await loaders.prefect1.rows(visibleTenant(viewer), readable(table, context), {
      wanted: wantedOf(table, info.fieldNodes, info),
      list: { ...EVERY_ROW, where: { id: { _eq: id } } },
    });
    return row ?? null;
  };

export const objectField =
  (relation: Prefect1Relation): Resolver<Prefect1Row, object> =>
  (row, _, context, info) => {
    const related = relatedRows(relation, row, () => EVERY_ROW, context, info);
    return related instanceof Promise ? related.then(firstOf) : firstOf(related);
  };

const firstOf = ([row]: readonly Prefect1Row[]) => row ?? null;

export const arrayField =
  (relation: Prefect1Relation): Resolver<Prefect1Row, ListArguments> =>
  (row, args, context, info) =>
    relatedRows(relation, row, () => listOfArguments(args, context, info), context, info);

export const relatedAggregateField =
  (relation: Prefect1Relation): Resolver<Prefect1Row, ListArguments> =>
  (row, args, context, field): Aggregate => {
    const listOf = () => listOfArguments(args, context, field);
    return {
      rows: (info) => relatedRows(relation, row, listOf, context, info),
      measures: (measures, info) => {
        const { loaders, viewer } = context;
        const key = String(row[keyName(relation.ours)]);
        const request = MEASURE_REQUESTS.get(info.fieldNodes) ?? { measures, list: listOf() };
        MEASURE_REQUESTS.set(info.fieldNodes, request);
        return loaders.prefect1.relatedMeasures(visibleTenant(viewer), readableBy(relation, context), key, request);
      },
    };
  };

/** The requests of fields for related rows. All rows of an execution share the nodes of a field and its arguments. */
const REQUESTS = new WeakMap<readonly FieldNode[], RelatedRequest>();
/** The same for aggregates, by the nodes of the field `aggregate`. */
const MEASURE_REQUESTS = new WeakMap<readonly FieldNode[], MeasureRequest>();

function requestOf(relation: Prefect1Relation, listOf: () => Prefect1List, info: GraphQLResolveInfo): RelatedRequest {
  const known = REQUESTS.get(info.fieldNodes);
  if (known) return known;
  const wanted = wantedOf(prefect1Table(relation.to), info.fieldNodes, info);
  const request = { wanted, list: listOf() };
  REQUESTS.set(info.fieldNodes, request);
  return request;
}

function relatedRows(
  relation: Prefect1Relation,
  row: Prefect1Row,
  listOf: () => Prefect1List,
  context: Prefect1Context,
  info: GraphQLResolveInfo,
): Prefect1Row[] | Promise<Prefect1Row[]> {
  const { loaders, viewer } = context;
  const key = row[keyName(relation.ours)];
  if (key === null) return [];
  const request = requestOf(relation, listOf, info);
  return loaders.prefect1.related(visibleTenant(viewer), readableBy(relation, context), String(key), request);
}

export const nodesField: Resolver<Aggregate, object> = ({ rows }, _args, _context, info) => rows(info);

export const measuresField: Resolver<Aggregate, object> = async (aggregate, _args, _context, info) => {
  const type = getNamedType(info.returnType);
  const measures = isObjectType(type) ? measuresOf(type, info.fieldNodes, info) : [];
  // `{ __typename }` alone needs no query.
  const values = measures.length === 0 ? [] : await aggregate.measures(measures, info);
  return new Map(measures.map((measure, place) => [measureKey(measure), values[place]]));
};

export const jsonField =
  (column: string): Resolver<Prefect1Row, { path?: string | null }> =>
  (row, { path }) =>
    path == null ? row[column] : atJsonPath(row[column], readJsonPath(path));
