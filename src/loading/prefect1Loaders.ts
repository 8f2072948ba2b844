import DataLoader from 'dataloader';
import { Problem } from '../core/values/problem.ts';
import type { Store } from '../store/connection/database.ts';
import type { Scope } from '../store/prefect1Reads/prefect1Conditions.ts';
import type { Measure } from '../store/prefect1Reads/prefect1Measures.ts';
import {
  type Measured,
  measurePrefect1Rows,
  measureRelated,
  type Prefect1List,
  type Prefect1Row,
  readPrefect1Lists,
  readPrefect1Rows,
  readRelated,
  type Wanted,
} from '../store/prefect1Reads/prefect1Reads.ts';
import type { Prefect1Relation, Prefect1Table } from '../store/prefect1Reads/prefect1Table.ts';
import { type TraversalArguments, traversalSql } from '../store/prefect1Reads/prefect1Traversal.ts';
import { type MappedChildren, mappedChildren } from '../store/prefect1Runs/taskRunInfo.ts';
import { childLoaders } from './childLoaders.ts';
import type { RequestBudget } from './requestBudget.ts';

// A statement of a few thousand parameters, of the 65,535 that PostgreSQL allows.
const LISTS_AT_ONCE = 50;

/** A graph traversal instead of a table. */
export interface Walk {
  direction: 'downstream' | 'upstream';
  args: TraversalArguments;
}

/** The rows of a relation that a field requests. */
export interface RelatedRequest {
  wanted: Wanted;
  list: Prefect1List;
}

/** The measures of the rows of a relation that a field requests. */
export interface MeasureRequest {
  measures: readonly Measure[];
  list: Prefect1List;
}

/**
 * The loaders of a Prefect 1 request. For each field of a document, the related rows of all parent rows are one
 * statement.
 */
export function createPrefect1Loaders(database: Store, budget: RequestBudget) {
  const children = childLoaders(budget.pace);
  /** One more row than the budget has, so that it notices. */
  const most = () => budget.rowsLeft + 1;
  // A field has one request for all rows, and writing its JSON for each takes longer than the rest.
  const ways = new WeakMap<RelatedRequest | MeasureRequest, string>();
  const wayOf = (list: string, scope: Scope, relation: Prefect1Relation, request: RelatedRequest | MeasureRequest) => {
    const way = ways.get(request) ?? JSON.stringify([list, { scope }, relation, request]);
    ways.set(request, way);
    return way;
  };
  const fromOf = (scope: Scope, walk?: Walk) => walk && traversalSql(walk.direction, walk.args, scope);

  /** A document may request many lists of a table that differ only in their conditions. */
  const rootLists = new Map<string, DataLoader<Prefect1List, Prefect1Row[]>>();
  function listsOf(scope: Scope, table: Prefect1Table, wanted: Wanted) {
    const one = (list: Prefect1List) => readPrefect1Rows(database, scope, table, { wanted, list, most: most() });
    const load = async (lists: readonly Prefect1List[]) => {
      if (lists.length > 1) {
        const request = { wanted, lists, most: most() };
        const rows = await readPrefect1Lists(database, scope, table, request).catch(nullIfRejected);
        if (rows) return rows;
      }
      return Promise.all(lists.map((list) => one(list).catch((error: Error) => error)));
    };
    return new DataLoader(load, { cache: false, maxBatchSize: LISTS_AT_ONCE, batchScheduleFn: budget.pace.schedule });
  }

  return {
    rows: (
      scope: Scope,
      table: Prefect1Table,
      { walk, ...request }: { wanted: Wanted; list: Prefect1List; walk?: Walk | undefined },
    ): Promise<Prefect1Row[]> => {
      if (walk)
        return readPrefect1Rows(database, scope, table, { ...request, from: fromOf(scope, walk), most: most() });
      const key = JSON.stringify([table.name, request.wanted]);
      const loader = rootLists.get(key) ?? listsOf(scope, table, request.wanted);
      rootLists.set(key, loader);
      return loader.load(request.list);
    },
    /** The children of a mapped task run. */
    mappedChildren: (scope: Scope, taskRunId: string): MappedChildren | Promise<MappedChildren> =>
      children(['mappedChildren', { scope }], taskRunId, (ids) => mappedChildren(database, scope, ids)),
    measures: (
      scope: Scope,
      table: Prefect1Table,
      { walk, ...request }: { measures: readonly Measure[]; list: Prefect1List; walk?: Walk | undefined },
    ): Promise<Measured> => measurePrefect1Rows(database, scope, table, { ...request, from: fromOf(scope, walk) }),
    related: (
      scope: Scope,
      relation: Prefect1Relation,
      parentKey: string,
      request: RelatedRequest,
    ): Prefect1Row[] | Promise<Prefect1Row[]> => {
      return children(wayOf('related', scope, relation, request), parentKey, (keys) =>
        readRelated(database, scope, relation, keys, { ...request, most: most() }),
      );
    },
    relatedMeasures: (
      scope: Scope,
      relation: Prefect1Relation,
      parentKey: string,
      request: MeasureRequest,
    ): Measured | Promise<Measured> =>
      children(wayOf('measured', scope, relation, request), parentKey, (keys) =>
        measureRelated(database, scope, relation, keys, request),
      ),
  };
}

/** A value of one list was rejected: then only that list must fail. */
function nullIfRejected(error: unknown): null {
  if (error instanceof Problem) return null;
  throw error;
}
