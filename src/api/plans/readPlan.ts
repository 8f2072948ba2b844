import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  isNonNullType,
  isObjectType,
  Kind,
  locatedError,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { MAX_TOTAL_COUNT } from '../../core/values/page.ts';
import { Problem } from '../../core/values/problem.ts';
import { isUuid } from '../../core/values/uuid.ts';
import { budgetedDatabase } from '../../loading/budgetedDatabase.ts';
import { Level, PAGE } from '../../store/plans/level.ts';
import { PLAN_TABLES, type PlanTableName, ROOT_LISTS } from '../../store/plans/planTables.ts';
import { readLevelRows } from '../../store/plans/readLevel.ts';
import { tenantRows } from '../../store/query/listRows.ts';
import { readCount } from '../../store/query/readCounts.ts';
import type { Context } from '../building/context.ts';
import { type Collecting, collectedFields, type Fragments, type Values } from './collectedFields.ts';
import { planConnection } from './connectionPlan.ts';
import { argumentsIn, argumentsOf, type ChildPages, type ListField, readChildren, readRootPage } from './listPlan.ts';
import { objectPlans, type PlanObject, planOf, type Scope, setsOf } from './objectPlan.ts';
import { type Field, PlanRun, type Write } from './planRun.ts';
import { Unplanned } from './unplanned.ts';

/** How to answer a query: which columns, relations and counts each of its statements reads, and how rows become JSON. */
export interface ReadPlan {
  /**
   * Throws if graphql's executor must answer, which finds the place of the error: `Unplanned`, a GraphQLError, or a Problem with
   * the request.
   * @param variables coerced
   */
  run(context: Context, variables: Values): Promise<PlanResult>;
}

export interface PlanResult {
  /** The JSON of `data`. */
  data: string;
  errors: readonly GraphQLError[];
}

/** Returns the JSON of a root field. */
type Root = (run: PlanRun, variables: Values) => Promise<string>;

/** Plans for an operation, of which each combination of its conditions (`@skip`, `@include`) has its own. */
export interface ReadPlans {
  /** Returns null if the operation selects a field that plans do not know. */
  of(variables: Values): ReadPlan | null;
}

const MAX_CONDITIONS = 4;

export function readPlans(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ReadPlans | null {
  if (operation.operation !== 'query') return null;
  const fragments: { [name: string]: Fragments[string] } = {};
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  const names = conditionsOf(document);
  if (names.length > MAX_CONDITIONS) return null;
  const plans = new Map<string, ReadPlan | null>();
  if (names.length === 0) {
    const only = planned({ schema, fragments, conditions: {} }, operation);
    return only && { of: () => only };
  }
  return {
    of(variables) {
      const key = names.map((name) => variables[name]).join();
      let plan = plans.get(key);
      if (plan === undefined) {
        plan = planned({ schema, fragments, conditions: variables }, operation);
        plans.set(key, plan);
      }
      return plan;
    },
  };
}

/** Whether graphql's executor reports the error, with its place. It would repeat the wait for a database that does not answer. */
const isOfRequest = (error: unknown): boolean =>
  error instanceof Unplanned ||
  error instanceof GraphQLError ||
  (error instanceof Problem && error.code !== 'TIMEOUT' && error.code !== 'UNAVAILABLE');

/** The variables that decide which fields are selected. */
function conditionsOf(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(directive) {
      visit(directive, { Variable: ({ name }) => void names.add(name.value) });
      return false;
    },
  });
  return [...names];
}

function planned(collecting: Collecting, operation: OperationDefinitionNode): ReadPlan | null {
  try {
    return planOperation(collecting, operation);
  } catch (error) {
    if (error instanceof Unplanned) return null;
    throw error;
  }
}

function planOperation(collecting: Collecting, operation: OperationDefinitionNode): ReadPlan {
  const query = collecting.schema.getQueryType();
  if (!query) throw new Unplanned('no query type');
  /** The lists of the operation. The place of a list is its place in a run's arguments and pages. */
  const lists: ListField[] = [];
  /** The lists of children whose pages are read, by the level of their parents. */
  const children = new Map<Level, ChildPages[]>();
  const planObject: PlanObject = objectPlans(collecting, (field, nodes, name, { level, owner, table }) => {
    const list = PLAN_TABLES[table].lists[name];
    if (!list) throw new Unplanned(field.name);
    const slot = lists.push({ field, node: nodes[0] as FieldNode, list }) - 1; // a field has a node
    const rows = new Level(list.of);
    const connection = planConnection(collecting, field, nodes, nodePlan({ level: rows, owner: PAGE, table: list.of }));
    const id = level.column(owner, 'id');
    const total = connection.hasTotal ? level.count(owner, list, slot) : null;
    if (level.isTooLarge) throw new Unplanned('too many relations');
    if (connection.hasRows) {
      const pages = { slot, list, level: rows, parentId: id, hasCursors: connection.hasCursors };
      children.set(level, [...(children.get(level) ?? []), pages]);
    }
    return (row, run) =>
      connection.writeAtOnce(
        run.pages[slot]?.get(row[id] ?? '') ?? null,
        (total === null ? null : row[total]) ?? 'null',
        run,
      );
  });
  const nodePlan =
    (scope: Scope) =>
    (type: GraphQLObjectType, nodes: readonly FieldNode[]): Write =>
      planObject(type, setsOf(nodes), scope);

  function rootById(field: Field, nodes: readonly FieldNode[], table: PlanTableName): Root {
    const { type } = field;
    if (isNonNullType(type) || !isObjectType(type)) throw new Unplanned(field.name);
    const level = new Level(table);
    const write = planObject(type, setsOf(nodes), { level, owner: PAGE, table });
    return async (run, variables) => {
      const { id } = getArgumentValues(field, nodes[0] as FieldNode, variables); // a field has a node
      if (!isUuid(id)) throw new Unplanned('not an id');
      const request = {
        tenantId: run.context.viewer.tenantId,
        counted: run.lists,
        ids: [id.toLowerCase()],
        page: null,
      };
      const rows = await readLevelRows(run.reads, level, request);
      await readChildren(children, level, rows, run);
      return rows[0] ? write(rows[0], run) : 'null';
    };
  }

  function rootList(field: Field, nodes: readonly FieldNode[], name: keyof typeof ROOT_LISTS): Root {
    const list = ROOT_LISTS[name];
    const slot = lists.push({ field, node: nodes[0] as FieldNode, list }) - 1; // a field has a node
    const level = new Level(list.of);
    const connection = planConnection(collecting, field, nodes, nodePlan({ level, owner: PAGE, table: list.of }));
    return async (run) => {
      const { tenantId } = run.context.viewer;
      const { filter } = argumentsIn(run, slot);
      const counting = tenantRows(list.filters, tenantId, filter);
      const page = await readRootPage(run, slot, list, connection.hasRows ? level : null, connection.hasCursors);
      if (page) {
        const rows = page.rows.map(({ row }) => row);
        await readChildren(children, level, rows, run);
      }
      // Afterwards, so that a request does not hold two connections for one list.
      const total = connection.hasTotal
        ? await readCount(run.reads, PLAN_TABLES[list.of], counting, MAX_TOTAL_COUNT)
        : null;
      return connection.write(page, String(total), run);
    };
  }

  function rootCount(field: Field, nodes: readonly FieldNode[], name: keyof typeof ROOT_LISTS): Root {
    const list = ROOT_LISTS[name];
    const slot = lists.push({ field, node: nodes[0] as FieldNode, list }) - 1; // a field has a node
    return async (run) => {
      run.wrote(1);
      const counting = tenantRows(list.filters, run.context.viewer.tenantId, argumentsIn(run, slot).filter);
      return String(await readCount(run.reads, PLAN_TABLES[list.of], counting, null));
    };
  }

  const roots = [...collectedFields(collecting, query, [operation.selectionSet])].map(([name, nodes]) => {
    const { value: fieldName } = (nodes[0] as FieldNode).name; // as above
    if (fieldName === '__typename')
      return { name, nodes, type: query, byId: null, root: async () => `"${query.name}"` };
    const field = query.getFields()[fieldName];
    const plan = field && planOf(field);
    if (!plan) throw new Unplanned(name);
    const { type } = field;
    if ('byId' in plan) return { name, nodes, type, byId: plan.byId, root: rootById(field, nodes, plan.byId) };
    if ('countOf' in plan) return { name, nodes, type, byId: null, root: rootCount(field, nodes, plan.countOf) };
    if ('list' in plan) return { name, nodes, type, byId: null, root: rootList(field, nodes, plan.list) };
    throw new Unplanned(name);
  });
  // The loaders read such rows together, with one statement.
  const byId = roots.flatMap((root) => root.byId ?? []);
  if (new Set(byId).size < byId.length) throw new Unplanned('rows of one table');

  return {
    async run(context, variables) {
      const { budget, reads } = context;
      const given = lists.map((one) => argumentsOf(one, variables));
      const run = new PlanRun(context, budgetedDatabase(reads, budget), budget, given);
      const errors: GraphQLError[] = [];
      let isNull = false;
      const members = await Promise.all(
        roots.map(async ({ name, nodes, type, root }) => {
          try {
            return `${JSON.stringify(name)}:${await root(run, variables)}`;
          } catch (error) {
            if (budget.isOver || isOfRequest(error)) throw error;
            errors.push(locatedError(error, nodes, [name]));
            isNull ||= isNonNullType(type);
            return `${JSON.stringify(name)}:null`;
          }
        }),
      );
      run.draw();
      return { data: isNull ? 'null' : `{${members.join(',')}}`, errors };
    },
  };
}
