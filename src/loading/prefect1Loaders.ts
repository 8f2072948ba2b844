import type { Database } from '../store/connection/database.ts';
import type { Scope } from '../store/prefect1Reads/prefect1Conditions.ts';
import type { Measure } from '../store/prefect1Reads/prefect1Measures.ts';
import {
  type Measured,
  measurePrefect1Rows,
  measureRelated,
  type Prefect1List,
  type Prefect1Row,
  readPrefect1Rows,
  readRelated,
  type Wanted,
} from '../store/prefect1Reads/prefect1Reads.ts';
import type { Prefect1Relation, Prefect1Table } from '../store/prefect1Reads/prefect1Table.ts';
import { type TraversalArguments, traversalSql } from '../store/prefect1Reads/prefect1Traversal.ts';
import { childLoaders } from './childLoaders.ts';
import type { RequestBudget } from './requestBudget.ts';

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

export type Prefect1Loaders = ReturnType<typeof createPrefect1Loaders>;

/**
 * The loaders of a Prefect 1 request. For each field of a document, the related rows of all parent rows are one
 * statement.
 */
export function createPrefect1Loaders(database: Database, budget: RequestBudget) {
  const children = childLoaders(budget.pace);
  /** One more row than the budget has, so that it notices. */
  const most = () => budget.rowsLeft + 1;
  // A field has one request for all rows, and writing its JSON for each takes longer than the rest.
  const ways = new WeakMap<RelatedRequest, string>();
  const fromOf = (scope: Scope, walk?: Walk) => walk && traversalSql(walk.direction, walk.args, scope);

  return {
    rows: (
      scope: Scope,
      table: Prefect1Table,
      { walk, ...request }: { wanted: Wanted; list: Prefect1List; walk?: Walk | undefined },
    ): Promise<Prefect1Row[]> =>
      readPrefect1Rows(database, scope, table, { ...request, from: fromOf(scope, walk), most: most() }),
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
      const way = ways.get(request) ?? JSON.stringify(['related', { scope }, relation, request]);
      ways.set(request, way);
      return children(way, parentKey, (keys) =>
        readRelated(database, scope, relation, keys, { ...request, most: most() }),
      );
    },
    relatedMeasures: (
      scope: Scope,
      relation: Prefect1Relation,
      parentKey: string,
      request: { measures: readonly Measure[]; list: Prefect1List },
    ): Measured | Promise<Measured> =>
      children(['measured', { scope }, relation, request], parentKey, (keys) =>
        measureRelated(database, scope, relation, keys, request),
      ),
  };
}
