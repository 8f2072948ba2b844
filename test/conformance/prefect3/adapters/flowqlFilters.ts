import type { JsonObject } from '../../../../src/core/values/jsonObject.ts';
import type { Clause, Filter, LogFilter } from '../filters.ts';

/** The native operators of the conditions; lists of tags have their own. */
const OPERATORS: { [part: string]: string } = {
  any: 'in',
  notAny: 'notIn',
  like: 'contains',
  before: 'before',
  after: 'after',
  isNull: 'isNull',
  startsWith: 'startsWith',
  query: 'query',
};
const TAG_OPERATORS: { [part: string]: string } = { any: 'hasAny', all: 'hasAll', isNull: 'isEmpty' };

/** Fields of Prefect 3 that are elsewhere in FlowQL. */
const PATHS: { [field: string]: (condition: JsonObject) => JsonObject } = {
  deployment: ({ isNull }) => (isNull ? { not: { deployments: {} } } : { deployments: {} }),
};

function fieldFilter(field: string, { operator = 'and', ...parts }: Clause): JsonObject {
  const operators = field === 'tags' ? TAG_OPERATORS : OPERATORS;
  const conditions = Object.entries(parts).map(([part, value]) => {
    const condition: JsonObject = { [operators[part] ?? part]: value };
    return PATHS[field]?.(condition) ?? { [field]: condition };
  });
  return { [operator]: conditions };
}

const clausesFilter = (clauses: object): JsonObject => ({
  and: Object.entries(clauses).map(([field, clause]) =>
    field === 'state' ? { state: stateFilter(clause) } : fieldFilter(field, clause),
  ),
});

/** `state` is a group of two fields, which has no `and` of its own. */
const stateFilter = (state: { [field: string]: Clause }): JsonObject =>
  Object.fromEntries(
    Object.entries(state).map(([field, parts]) => [
      field,
      Object.fromEntries(Object.entries(parts).map(([part, value]) => [OPERATORS[part] ?? part, value])),
    ]),
  );

type Own = 'flowRuns' | 'taskRuns';

/** The relations from runs to other rows. */
const RELATIONS: Record<Own, { [of in keyof Filter]: (filter: JsonObject) => JsonObject }> = {
  flowRuns: {
    flows: (flow) => ({ flow }),
    deployments: (deployment) => ({ deployment }),
    taskRuns: (taskRuns) => ({ taskRuns }),
    workPools: (workPool) => ({ workPool }),
    workQueues: (workQueue) => ({ workQueue }),
  },
  taskRuns: {
    flowRuns: (flowRun) => ({ flowRun }),
    flows: (flow) => ({ flow }),
    deployments: (deployment) => ({ deployment }),
  },
};

export function runFilter(own: Own, filter: Filter | undefined): JsonObject | null {
  if (!filter) return null;
  const parts = Object.entries(filter) as [keyof Filter, object][]; // The cast: its own keys.
  return {
    and: parts.map(([of, clauses]) => {
      const inner = clausesFilter(clauses);
      return of === own ? inner : (RELATIONS[own][of]?.(inner) ?? { [of]: inner });
    }),
  };
}

export const logFilter = (filter: LogFilter): JsonObject => clausesFilter(filter);
