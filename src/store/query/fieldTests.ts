import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { FilterOperator } from '../../core/filters/filter.ts';
import { readTextQuery } from '../../core/filters/textQuery.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { allOf } from './condition.ts';
import { FIELD_KINDS, type FieldKind, parameter } from './fieldKinds.ts';

export const MAX_FILTER_LIST = 1_000;

/** A test of a field as a filter has it. */
interface GivenTest {
  kind: FieldKind;
  value: Json;
  /** The field and operator, as a Problem names them. */
  place: string;
}

/** A checked test. Its form decides its SQL, and its values are the parameters. */
export interface FieldTest {
  form: string;
  values: readonly unknown[];
}

type Column = RawBuilder<unknown>;
type Test = RawBuilder<SqlBool>;

interface Operator {
  /** Throws BAD_USER_INPUT or LIMIT_EXCEEDED. */
  read: (test: GivenTest) => FieldTest;
  /** The first parameter is given, because all operators but two have one. */
  sql: (column: Column, type: RawBuilder<unknown>, form: string, parameters: readonly [unknown, ...unknown[]]) => Test;
}

const one = (value: unknown): FieldTest => ({ form: '', values: [value] });
const single: Operator['read'] = ({ kind, value, place }) => one(parameter(kind, value, place));
const list: Operator['read'] = (test) => one(listed(test));
const infix = (operator: string): Operator => ({
  read: single,
  sql: (column, type, _, [value]) => sql`${column} ${sql.raw(operator)} ${value}::${type}`,
});
const withList =
  (operator: string): Operator['sql'] =>
  (column, type, _, [values]) =>
    sql`${column} ${sql.raw(operator)} ${values}::${type}[]`;
/** The value is part of the text. */
const flag = (yes: string, no: string): Operator => ({
  read({ value, place }) {
    if (typeof value === 'boolean') return { form: value ? 'yes' : 'no', values: [] };
    throw new Problem('BAD_USER_INPUT', `\`${place}\` must be true or false.`, { field: place });
  },
  sql: (column, _, form) => sql`${column} ${sql.raw(form === 'yes' ? yes : no)}`,
});

export const FIELD_TESTS: { readonly [Name in FilterOperator]: Operator } = {
  in: {
    // With one value, an index returns rows in the order of its next column, for example a deployment's newest runs first.
    read(test) {
      const values = listed(test);
      return values.length === 1 ? { form: 'one', values } : one(values);
    },
    sql: (column, type, form, [value]) =>
      form === 'one' ? sql`${column} = ${value}::${type}` : sql`${column} = any(${value}::${type}[])`,
  },
  // An empty list matches every row; any other list matches no null.
  notIn: { read: list, sql: (column, type, _, [values]) => sql`${column} <> all(${values}::${type}[])` },
  contains: {
    read: ({ value, place }) => one(containing(String(parameter('text', value, place)))),
    sql: (column, _, __, [pattern]) => sql`${column} ilike ${pattern}`,
  },
  startsWith: {
    read: (test) => one(listed(test).map((start) => `${literal(String(start))}%`)),
    sql: (column, _, __, [patterns]) => sql`${column} ilike any(${patterns}::text[])`,
  },
  query: {
    read({ kind, value, place }) {
      const { any, all, none } = readTextQuery(String(parameter(kind, value, place)));
      const given = Object.entries({ any, all, none }).filter(([, terms]) => terms.length > 0);
      return { form: given.map(([name]) => name).join(), values: given.map(([, terms]) => terms.map(containing)) };
    },
    sql: (column, _, form, parameters) =>
      allOf(
        form
          .split(',')
          .filter(Boolean)
          .map((name, place): Test => {
            const patterns = sql`${parameters[place]}::text[]`;
            return name === 'none'
              ? sql`${column} not ilike all(${patterns})`
              : sql`${column} ilike ${sql.raw(name)}(${patterns})`;
          }),
      ),
  },
  gte: infix('>='),
  lte: infix('<='),
  is: infix('='),
  isNull: flag('is null', 'is not null'),
  hasAll: { read: list, sql: withList('?&') },
  hasAny: { read: list, sql: withList('?|') },
  isEmpty: flag(`= '[]'`, `<> '[]'`),
};

function listed({ kind, value, place }: GivenTest): Json[] {
  if (!Array.isArray(value)) throw new Problem('BAD_USER_INPUT', `\`${place}\` must be a list.`, { field: place });
  if (value.length > MAX_FILTER_LIST)
    throw new Problem('LIMIT_EXCEEDED', `A filter can have at most ${MAX_FILTER_LIST} values in \`${place}\`.`);
  return value.map((entry) => parameter(kind, entry, place));
}

/** Escapes a text for a pattern: in filters, `%` and `_` are ordinary characters. */
const literal = (text: string) => text.replace(/[\\%_]/g, '\\$&');
const containing = (text: string) => `%${literal(text)}%`;

export const typeOf = (kind: FieldKind): RawBuilder<unknown> => sql.raw(FIELD_KINDS[kind].type);
