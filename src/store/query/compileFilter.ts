import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Filter } from '../../core/filters/filter.ts';
import { type Condition, compileCondition } from './condition.ts';
import { FIELD_TESTS, typeOf } from './fieldTests.ts';
import { type ColumnOf, FILTER_TABLES, type FilterTableName } from './filterTables.ts';
import { type FilterNode, type ReadFilter, readFilter } from './readFilter.ts';
import { snake } from './selectList.ts';
import { hasTag } from './tagConditions.ts';

/** Returns the column of each field, for a table under an alias. */
export const columnsOf =
  (alias: string): ColumnOf =>
  (field) =>
    sql.ref(`${alias}.${snake(field)}`);

/** What the SQL of a filter contains besides its own text. */
export interface FilterParameters {
  tenantId: unknown;
  /** In the place of the filter's values. */
  values: readonly unknown[];
  /** For a page that begins after a row, in the order of ids: makes the condition that an id comes after that row's. */
  beyond?: ((id: RawBuilder<unknown>) => RawBuilder<SqlBool>) | null | undefined;
}

/**
 * Compiles a filter into a condition on the table under this alias. Each value becomes a parameter, and a list becomes one
 * parameter, so that filters of the same shape are the same statement. Conditions on related rows match only rows of the
 * tenant.
 *
 * SQL has three truth values, filters have two: a test of a null fails, and `not` negates that result. So `not` becomes
 * `is not true`.
 */
export const compileFilter = (
  filter: Filter,
  table: FilterTableName,
  alias: string,
  tenantId: unknown,
): RawBuilder<SqlBool> => {
  const read = readFilter(filter, { table, finds: true });
  return filterSql(read, alias, { tenantId, values: read.values });
};

/** The same for a filter that was read. */
export function filterSql(
  { root }: ReadFilter,
  alias: string,
  { tenantId, values, beyond }: FilterParameters,
): RawBuilder<SqlBool> {
  function conditionOf(node: FilterNode, row: string): Condition {
    const inner = (child: FilterNode) => conditionOf(child, row);
    if ('all' in node) return { all: node.all.map(inner) };
    if ('any' in node) return { any: node.any.map(inner) };
    if ('not' in node) return { not: inner(node.not), unknown: 'passes' };
    if ('some' in node) {
      const { to, ours, theirs } = node.relation;
      const related = `${alias}${node.depth}`;
      const belongs = sql<SqlBool>`${columnsOf(related)(theirs)} = ${columnsOf(row)(ours)}`;
      const isOfTenant = sql<SqlBool>`${columnsOf(related)('tenantId')} = ${tenantId}`;
      return {
        some: { from: sql.table(FILTER_TABLES[to].table), alias: related },
        where: { all: [{ test: belongs }, { test: isOfTenant }, conditionOf(node.some, related)] },
      };
    }
    const given = values.slice(node.from, node.to);
    if ('tags' in node) return { all: tagConditions(node, row, given) };
    const column = node.expression?.(columnsOf(row)) ?? columnsOf(row)(node.field);
    // The cast: operators without a value do not read it.
    return { test: FIELD_TESTS[node.operator].sql(column, typeOf(node.kind), node.form, given as [unknown]) };
  }

  const tagConditions = ({ tags, match }: TagNode, row: string, given: readonly unknown[]): Condition[] =>
    given.map((value) =>
      hasTag(
        tags,
        row,
        tenantId,
        (tag) => (match === 'any' ? sql`${tag} = any(${value}::text[])` : sql`${tag} = ${value}::text`),
        // It follows from the row's id, but PostgreSQL does not conclude that, and would read the tag from its first row on.
        row === alias ? beyond : null,
      ),
    );

  return compileCondition(conditionOf(root, alias));
}

type TagNode = Extract<FilterNode, { tags: unknown }>;
