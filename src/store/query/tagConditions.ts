import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { characters } from '../../core/checks/checkText.ts';
import type { Condition } from './condition.ts';
import type { TagTable } from './filterTables.ts';
import { snake } from './selectList.ts';

/** How many tags are looked up in the table of tags. Each is a join, and the rows need few of them. */
export const MOST_TAG_JOINS = 3;
/** Longer tags are not in the tables of tags. */
const LONGEST_LISTED_TAG = 255;

/** Whether the table of tags has the rows with this tag. */
export const isListed = (tag: string): boolean => characters(tag) <= LONGEST_LISTED_TAG;

/**
 * The condition that the row has the tag, by the table of tags. PostgreSQL turns it into a join, because a row has a tag once.
 * Then it reads the rows with the tag in the order of their ids, or looks up the tag for rows that it found otherwise.
 * @param is the condition on the tag
 * @param more a condition on the row's id
 */
export function hasTag(
  { table, id }: TagTable,
  row: string,
  tenantId: unknown,
  is: (tag: RawBuilder<unknown>) => RawBuilder<SqlBool>,
  more?: ((id: RawBuilder<unknown>) => RawBuilder<SqlBool>) | null,
): Condition {
  const alias = `${row}_tag`;
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  const idColumn = column(snake(id));
  const tests = [
    sql<SqlBool>`${column('tenant_id')} = ${tenantId}`,
    is(column('tag')),
    sql<SqlBool>`${idColumn} = ${sql.ref(`${row}.id`)}`,
    ...(more ? [more(idColumn)] : []),
  ];
  return { some: { from: sql.table(table), alias }, where: { all: tests.map((test) => ({ test })) } };
}
