import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Json } from '../../core/values/jsonObject.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import { checkPrefect1Limit } from './prefect1Limits.ts';
import { COLUMN_TYPES, type ColumnScalar } from './prefect1Table.ts';

/**
 * The operand of an operator: a value or a list of values of the column's scalar, a text or a list of texts, or a
 * boolean.
 */
export type Operand = 'own' | 'ownList' | 'text' | 'texts' | 'flag';

interface Operator {
  operand: Operand;
  /** The only scalar with this operator; absent if all scalars have it. */
  only?: ColumnScalar;
  sql: (column: RawBuilder<unknown>, operand: RawBuilder<unknown>) => RawBuilder<SqlBool>;
  /** The tags that a list of tags must have to match, and nothing else; null if the operator says something else. */
  tags?: (operand: unknown) => readonly string[] | null;
}

const infix = (operand: Operand, word: string, only?: ColumnScalar): Operator => ({
  operand,
  ...(only && { only }),
  sql: (column, value) => sql`${column} ${sql.raw(word)} ${value}`,
});

/** The texts of a list of nothing but texts. */
function texts(list: unknown): readonly string[] | null {
  return Array.isArray(list) && list.every((one) => typeof one === 'string') ? list : null;
}

/**
 * The operators of `..._comparison_exp`, with Hasura's names. A null matches only `_is_null`, and `_nin` with an empty
 * list.
 */
export const OPERATORS: { readonly [name: string]: Operator } = {
  _contained_in: infix('own', '<@', 'jsonb'),
  _contains: { ...infix('own', '@>', 'jsonb'), tags: texts },
  _eq: infix('own', '='),
  _gt: infix('own', '>'),
  _gte: infix('own', '>='),
  _has_key: { ...infix('text', '?', 'jsonb'), tags: (key) => texts([key]) },
  _has_keys_all: { ...infix('texts', '?&', 'jsonb'), tags: texts },
  _has_keys_any: infix('texts', '?|', 'jsonb'),
  _ilike: infix('own', 'ilike', 'String'),
  _in: { operand: 'ownList', sql: (column, list) => sql`${column} = any(${list})` },
  _iregex: infix('own', '~*', 'String'),
  _is_null: { operand: 'flag', sql: (column, flag) => sql`(${column} is null) = ${flag}` },
  _like: infix('own', 'like', 'String'),
  _lt: infix('own', '<'),
  _lte: infix('own', '<='),
  _neq: infix('own', '<>'),
  _nilike: infix('own', 'not ilike', 'String'),
  _nin: { operand: 'ownList', sql: (column, list) => sql`${column} <> all(${list})` },
  _niregex: infix('own', '!~*', 'String'),
  _nlike: infix('own', 'not like', 'String'),
  _nregex: infix('own', '!~', 'String'),
  _nsimilar: infix('own', 'not similar to', 'String'),
  _regex: infix('own', '~', 'String'),
  _similar: infix('own', 'similar to', 'String'),
};

/** The value as a parameter. PostgreSQL parses and checks it, as it did for Hasura. */
export function operandSql(operand: Operand, scalar: ColumnScalar, value: unknown): RawBuilder<unknown> {
  switch (operand) {
    case 'own':
      return sql`${asText(scalar, value)}::${sql.raw(COLUMN_TYPES[scalar])}`;
    case 'ownList': {
      const list = value as unknown[]; // by the type of the argument
      checkPrefect1Limit('values', list.length, 'where');
      const values = list.map((one) => asText(scalar, one));
      return sql`${sql.val(values)}::${sql.raw(COLUMN_TYPES[scalar])}[]`;
    }
    case 'text':
      return sql`${value}::text`;
    case 'texts':
      checkPrefect1Limit('values', (value as unknown[]).length, 'where'); // As above.
      return sql`${sql.val(value)}::text[]`;
    case 'flag':
      return sql`${value}::boolean`;
    default:
      return operand satisfies never;
  }
}

const asText = (scalar: ColumnScalar, value: unknown) =>
  scalar === 'jsonb' || typeof value === 'object' ? writeJson(value as Json) : value; // as the scalar read it
