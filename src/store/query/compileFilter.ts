import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { EVERYTHING, type Filter, type FilterOperator } from '../../core/filters/filter.ts';
import { readTextQuery } from '../../core/filters/textQuery.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { allOf, type Condition, compileCondition } from './condition.ts';
import { FIELD_KINDS, type FieldKind, parameter } from './fieldKinds.ts';
import { type ColumnOf, FILTER_TABLES, type FilterField, type FilterTableName } from './filterTables.ts';
import { snake } from './selectList.ts';

// Two levels in a request become up to six levels here, because the conditions of each object are joined by an `and`.
export const MAX_FILTER_DEPTH = 20;
export const MAX_FILTER_NODES = 1_000;
export const MAX_FILTER_LIST = 1_000;

/** Returns the column of each field, for a table under an alias. */
export const columnsOf =
  (alias: string): ColumnOf =>
  (field) =>
    sql.ref(`${alias}.${snake(field)}`);

/**
 * Compiles a filter into a condition on the table under this alias. Each value becomes a parameter, and a list becomes one
 * parameter, so that filters of the same shape are the same statement. Conditions on related rows match only rows of the
 * tenant, whose id is a parameter, too.
 *
 * SQL has three truth values, filters have two: a test of a null fails, and `not` negates that result. So `not` becomes
 * `is not true`.
 */
export function compileFilter(
  filter: Filter,
  table: FilterTableName,
  alias: string,
  tenantId: unknown,
): RawBuilder<SqlBool> {
  let nodes = 0;

  function read(node: Filter, name: FilterTableName, row: string, depth: number): Condition {
    nodes += 1;
    if (depth > MAX_FILTER_DEPTH) throw tooLarge(`at most ${MAX_FILTER_DEPTH} levels`);
    if (nodes > MAX_FILTER_NODES) throw tooLarge(`at most ${MAX_FILTER_NODES} conditions`);
    const inner = (child: Filter) => read(child, name, row, depth + 1);
    if ('and' in node) return { all: node.and.map(inner) };
    if ('or' in node) return { any: node.or.map(inner) };
    if ('not' in node) return { not: inner(node.not), unknown: 'passes' };
    if ('field' in node) {
      const field = known(FILTER_TABLES[name].fields, node.field, name, 'field');
      return 'through' in field ? inner(throughRelation(field, node)) : { test: test(field, columnsOf(row), node) };
    }
    const { to, ours, theirs } = known(FILTER_TABLES[name].relations, node.relation, name, 'relation');
    const related = `${alias}${depth}`;
    const belongs = sql<SqlBool>`${columnsOf(related)(theirs)} = ${columnsOf(row)(ours)}`;
    const isOfTenant = sql<SqlBool>`${columnsOf(related)('tenantId')} = ${tenantId}`;
    return {
      some: { from: sql.table(FILTER_TABLES[to].table), alias: related },
      where: { all: [{ test: belongs }, { test: isOfTenant }, read(node.some, to, related, depth + 1)] },
    };
  }

  return compileCondition(read(filter, table, alias, 1));
}

type FieldTest = Extract<Filter, { field: string }>;

/** Turns a test of a related row's field into a test of the relation. Without a related row, the field is null. */
function throughRelation(
  { through, field }: { through: string; field: string },
  { operator, value }: FieldTest,
): Filter {
  if (operator === 'notIn' && Array.isArray(value) && value.length === 0) return EVERYTHING;
  const isNull = operator === 'isNull' && value === true;
  const related = { relation: through, some: { field, operator, value: isNull ? false : value } };
  return isNull ? { not: related } : related;
}

function test(
  { kind, sql: expression }: Exclude<FilterField, { through: string }>,
  columnOf: ColumnOf,
  { field, operator, value }: FieldTest,
): RawBuilder<SqlBool> {
  const operators: readonly FilterOperator[] = FIELD_KINDS[kind].operators;
  if (!operators.includes(operator))
    throw new Problem('BAD_USER_INPUT', `\`${field}\` cannot be filtered by \`${operator}\`.`, { field });
  const column = expression?.(columnOf) ?? columnOf(field);
  return TESTS[operator]({ column, kind, value, place: `${field}.${operator}` });
}

interface Test {
  column: RawBuilder<unknown>;
  kind: FieldKind;
  value: Json;
  /** The field and operator, as a Problem names them. */
  place: string;
}

const TESTS: { readonly [Operator in FilterOperator]: (test: Test) => RawBuilder<SqlBool> } = {
  // With one value, an index returns rows in the order of its next column, for example a deployment's newest runs first.
  in: (test) => {
    const [only, ...others] = listed(test);
    const isOne = only !== undefined && others.length === 0;
    return isOne ? sql`${test.column} = ${typed(test, only)}` : sql`${test.column} = any(${list(test)})`;
  },
  // An empty list matches every row; any other list matches no null.
  notIn: (test) => sql`${test.column} <> all(${list(test)})`,
  contains: (test) => sql`${test.column} ilike ${`%${literal(String(parameter('text', test.value, test.place)))}%`}`,
  startsWith: (test) =>
    sql`${test.column} ilike any(${patterns(listed(test).map((start) => `${literal(String(start))}%`))})`,
  query: searched,
  gte: (test) => sql`${test.column} >= ${single(test)}`,
  lte: (test) => sql`${test.column} <= ${single(test)}`,
  is: (test) => sql`${test.column} = ${single(test)}`,
  isNull: (test) => (flag(test) ? sql`${test.column} is null` : sql`${test.column} is not null`),
  hasAll: (test) => sql`${test.column} ?& ${list(test)}`,
  hasAny: (test) => sql`${test.column} ?| ${list(test)}`,
  isEmpty: (test) => (flag(test) ? sql`${test.column} = '[]'` : sql`${test.column} <> '[]'`),
};

const typed = ({ kind }: Test, value: Json) => sql`${value}::${sql.raw(FIELD_KINDS[kind].type)}`;
const single = (test: Test) => typed(test, parameter(test.kind, test.value, test.place));

const list = (test: Test) => sql`${sql.val(listed(test))}::${sql.raw(FIELD_KINDS[test.kind].type)}[]`;

function listed({ kind, value, place }: Test): Json[] {
  if (!Array.isArray(value)) throw new Problem('BAD_USER_INPUT', `\`${place}\` must be a list.`, { field: place });
  if (value.length > MAX_FILTER_LIST) throw tooLarge(`at most ${MAX_FILTER_LIST} values in \`${place}\``);
  return value.map((entry) => parameter(kind, entry, place));
}

/** Escapes a text for a pattern: in filters, `%` and `_` are ordinary characters. */
const literal = (text: string) => text.replace(/[\\%_]/g, '\\$&');
const patterns = (texts: string[]) => sql`${sql.val(texts)}::text[]`;

function searched({ column, kind, value, place }: Test): RawBuilder<SqlBool> {
  const { any, all, none } = readTextQuery(String(parameter(kind, value, place)));
  const inside = (terms: string[]) => patterns(terms.map((term) => `%${literal(term)}%`));
  const tests = [
    ...(any.length > 0 ? [sql<SqlBool>`${column} ilike any(${inside(any)})`] : []),
    ...(all.length > 0 ? [sql<SqlBool>`${column} ilike all(${inside(all)})`] : []),
    ...(none.length > 0 ? [sql<SqlBool>`${column} not ilike all(${inside(none)})`] : []),
  ];
  return allOf(tests);
}

function flag({ value, place }: Test): boolean {
  if (typeof value === 'boolean') return value;
  throw new Problem('BAD_USER_INPUT', `\`${place}\` must be true or false.`, { field: place });
}

function known<Entry>(
  entries: { readonly [key: string]: Entry },
  key: string,
  table: FilterTableName,
  what: 'field' | 'relation',
): Entry {
  const entry = Object.hasOwn(entries, key) ? entries[key] : undefined;
  if (entry) return entry;
  throw new Problem('BAD_USER_INPUT', `A filter of ${table} has no ${what} \`${key}\`.`, { [what]: key });
}

const tooLarge = (limit: string) => new Problem('LIMIT_EXCEEDED', `A filter can have ${limit}.`);
