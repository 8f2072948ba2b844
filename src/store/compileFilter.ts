import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Filter, FilterOperator } from '../core/filter.ts';
import { Problem } from '../core/problem.ts';
import type { Json } from '../core/state.ts';
import { FIELD_KINDS, type FieldKind, parameter } from './fieldKinds.ts';
import { type ColumnOf, FILTER_TABLES, type FilterTableName } from './filterTables.ts';
import { snake } from './rows.ts';

// What people nest twice becomes up to six levels here: an `and` around the conditions of each object.
export const MAX_FILTER_DEPTH = 20;
export const MAX_FILTER_NODES = 1_000;
export const MAX_FILTER_LIST = 1_000;

/** The columns of a table under an alias, by the names of their fields. */
export const columnsOf =
  (alias: string): ColumnOf =>
  (field) =>
    sql.ref(`${alias}.${snake(field)}`);

/**
 * A filter as a condition on the table under this alias. Values become parameters, a list one parameter, so that filters
 * of one shape are one statement. What is asked of related rows is asked of rows of the tenant only.
 *
 * PostgreSQL knows three truth values, filters know two: a test of a null is not passed, and `not` turns just that
 * around, hence `is not true`.
 */
export function compileFilter(
  filter: Filter,
  table: FilterTableName,
  alias: string,
  tenantId: string,
): RawBuilder<SqlBool> {
  let nodes = 0;

  function compile(node: Filter, name: FilterTableName, row: string, depth: number): RawBuilder<SqlBool> {
    nodes += 1;
    if (depth > MAX_FILTER_DEPTH) throw tooLarge(`at most ${MAX_FILTER_DEPTH} levels`);
    if (nodes > MAX_FILTER_NODES) throw tooLarge(`at most ${MAX_FILTER_NODES} conditions`);
    const inner = (child: Filter) => compile(child, name, row, depth + 1);
    if ('and' in node) return node.and.length === 0 ? sql`true` : joined(node.and.map(inner), sql` and `);
    if ('or' in node) return node.or.length === 0 ? sql`false` : joined(node.or.map(inner), sql` or `);
    if ('not' in node) return sql`(${inner(node.not)} is not true)`;
    if ('field' in node) return test(name, row, node.field, node.operator, node.value);
    const { to, ours, theirs } = known(FILTER_TABLES[name].relations, node.relation, name, 'relation');
    const related = `${alias}${depth}`;
    return sql`exists (
      select from ${sql.table(FILTER_TABLES[to].table)} as ${sql.id(related)}
      where ${columnsOf(related)(theirs)} = ${columnsOf(row)(ours)}
        and ${columnsOf(related)('tenantId')} = ${tenantId} and ${compile(node.some, to, related, depth + 1)}
    )`;
  }

  return compile(filter, table, alias, 1);
}

const joined = (conditions: RawBuilder<SqlBool>[], word: RawBuilder<unknown>) =>
  sql<SqlBool>`(${sql.join(conditions, word)})`;

function test(
  name: FilterTableName,
  row: string,
  field: string,
  operator: FilterOperator,
  value: Json,
): RawBuilder<SqlBool> {
  const { kind, sql: expression } = known(FILTER_TABLES[name].fields, field, name, 'field');
  const operators: readonly FilterOperator[] = FIELD_KINDS[kind].operators;
  if (!operators.includes(operator))
    throw new Problem('BAD_USER_INPUT', `\`${field}\` cannot be filtered by \`${operator}\`.`, { field });
  const columnOf = columnsOf(row);
  const column = expression?.(columnOf) ?? columnOf(field);
  return TESTS[operator]({ column, kind, value, place: `${field}.${operator}` });
}

interface Test {
  column: RawBuilder<unknown>;
  kind: FieldKind;
  value: Json;
  /** As a Problem names it. */
  place: string;
}

const TESTS: { readonly [Operator in FilterOperator]: (test: Test) => RawBuilder<SqlBool> } = {
  in: (test) => sql`${test.column} = any(${list(test)})`,
  // Of an empty list every row, of another no null.
  notIn: (test) => sql`${test.column} <> all(${list(test)})`,
  contains: (test) => sql`${test.column} ilike ${pattern(test)}`,
  gte: (test) => sql`${test.column} >= ${single(test)}`,
  lte: (test) => sql`${test.column} <= ${single(test)}`,
  isNull: (test) => (flag(test) ? sql`${test.column} is null` : sql`${test.column} is not null`),
  hasAll: (test) => sql`${test.column} ?& ${list(test)}`,
  hasAny: (test) => sql`${test.column} ?| ${list(test)}`,
  isEmpty: (test) => (flag(test) ? sql`${test.column} = '[]'` : sql`${test.column} <> '[]'`),
};

const single = ({ kind, value, place }: Test) =>
  sql`${parameter(kind, value, place)}::${sql.raw(FIELD_KINDS[kind].type)}`;

function list({ kind, value, place }: Test) {
  if (!Array.isArray(value)) throw new Problem('BAD_USER_INPUT', `\`${place}\` must be a list.`, { field: place });
  if (value.length > MAX_FILTER_LIST) throw tooLarge(`at most ${MAX_FILTER_LIST} values in \`${place}\``);
  const values = value.map((entry) => parameter(kind, entry, place));
  return sql`${sql.val(values)}::${sql.raw(FIELD_KINDS[kind].type)}[]`;
}

function pattern({ value, place }: Test) {
  const text = String(parameter('text', value, place));
  return sql`${`%${text.replace(/[\\%_]/g, '\\$&')}%`}`;
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

const tooLarge = (limit: string) => new Problem('LIMIT_EXCEEDED', `A filter may have ${limit}.`);
