import type { Json, JsonObject } from '../../../../src/core/values/jsonObject.ts';
import type { Filter, LogFilter } from '../filters.ts';
import { snake } from './prefect3Values.ts';

const OPERATORS: { [part: string]: string } = {
  any: 'any_',
  notAny: 'not_any_',
  all: 'all_',
  like: 'like_',
  before: 'before_',
  after: 'after_',
  isNull: 'is_null_',
  startsWith: 'startswith_',
  query: 'query',
};

export const clausesIn = (clauses: object): JsonObject =>
  Object.fromEntries(Object.entries(clauses).map(([field, clause]) => [snake(field), clauseIn(field, clause)]));

function clauseIn(field: string, clause: object): JsonObject {
  const parts = Object.entries(clause).map(([part, value]): [string, Json] => {
    if (part === 'operator') return ['operator', `${value}_`];
    if (field === 'state') return [part, clauseIn(part, value)];
    if (field === 'createdBy' && part === 'type') return ['type_', value];
    return [OPERATORS[part] ?? part, value];
  });
  return Object.fromEntries(parts);
}

/** Work queues are `work_queues` in the history and `work_pool_queues` in lists. */
export const filterIn = (filter: Filter = {}, queues = 'work_pool_queues'): JsonObject =>
  Object.fromEntries(
    Object.entries(filter).map(([of, clauses]) => [of === 'workQueues' ? queues : snake(of), clausesIn(clauses)]),
  );
export const logFilterIn = (filter: LogFilter): JsonObject => clausesIn(filter);
