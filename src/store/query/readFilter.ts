import { EVERYTHING, type Filter, type FilterOperator } from '../../core/filters/filter.ts';
import { Problem } from '../../core/values/problem.ts';
import { FIELD_KINDS, type FieldKind } from './fieldKinds.ts';
import { FIELD_TESTS } from './fieldTests.ts';
import {
  type Expression,
  FILTER_TABLES,
  type FilterField,
  type FilterRelation,
  type FilterTableName,
  type TagTable,
} from './filterTables.ts';
import { isListed, MOST_TAG_JOINS } from './tagConditions.ts';

// Two levels in a request become up to six levels here, because the conditions of each object are joined by an `and`.
export const MAX_FILTER_DEPTH = 20;
export const MAX_FILTER_NODES = 1_000;

/** A filter that was checked. Its SQL depends on its table and shape alone; the values are its parameters, in order. */
export interface ReadFilter {
  readonly shape: string;
  readonly values: readonly unknown[];
  readonly root: FilterNode;
}

export type FilterNode =
  | { all: readonly FilterNode[] }
  | { any: readonly FilterNode[] }
  | { not: FilterNode }
  /** `depth` makes the alias of the related rows unique. */
  | { some: FilterNode; relation: FilterRelation; depth: number }
  | (Values & {
      field: string;
      operator: FilterOperator;
      kind: FieldKind;
      expression: Expression | undefined;
      form: string;
    })
  /** All of the tags, or any of them, by the table of tags. */
  | (Values & { tags: TagTable; match: 'all' | 'any' });

/** The places of a node's values in the values of the filter. */
interface Values {
  from: number;
  to: number;
}

/** Where a filter applies. */
export interface FilterPlace {
  table: FilterTableName;
  /**
   * Whether the filter finds rows, or tests rows that something else finds. Tags are looked up in their table only if that
   * can find rows: not below `or` and `not`.
   */
  finds: boolean;
}

/** A part of the shape of each filter that looks up tags in their table. */
export const TAGS_SHAPE = 'tags:';

export const NO_FILTER: ReadFilter = { shape: '', values: [], root: { all: [] } };

/** Checks a filter. Throws BAD_USER_INPUT or LIMIT_EXCEEDED. */
export function readFilter(filter: Filter, place: FilterPlace): ReadFilter {
  if (filter === EVERYTHING) return NO_FILTER;
  let nodes = 0;
  let shape = '';
  const values: unknown[] = [];
  const take = (added: readonly unknown[]): Values => ({ from: values.length, to: values.push(...added) });

  function read(node: Filter, { table, finds }: FilterPlace, depth: number): FilterNode {
    nodes += 1;
    if (depth > MAX_FILTER_DEPTH) throw tooLarge(`at most ${MAX_FILTER_DEPTH} levels`);
    if (nodes > MAX_FILTER_NODES) throw tooLarge(`at most ${MAX_FILTER_NODES} conditions`);
    const each = (children: readonly Filter[], word: string, inside: FilterPlace) => {
      shape += `${word}(`;
      const found = children.map((child) => read(child, inside, depth + 1));
      shape += ')';
      return found;
    };
    if ('and' in node) return { all: each(node.and, '&', { table, finds }) };
    if ('or' in node) return { any: each(node.or, '|', { table, finds: false }) };
    if ('not' in node) return { not: { all: each([node.not], '!', { table, finds: false }) } };
    if ('field' in node) {
      const field = known(FILTER_TABLES[table].fields, node.field, table, 'field');
      if ('through' in field) return read(throughRelation(field, node), { table, finds }, depth + 1);
      return (finds && listedTags(field, node)) || test(field, node);
    }
    const relation = known(FILTER_TABLES[table].relations, node.relation, table, 'relation');
    const [some = { all: [] }] = each([node.some], node.relation, { table: relation.to, finds });
    return { some, relation, depth };
  }

  function test({ kind, sql: expression }: OwnField, { field, operator, value }: FieldCondition): FilterNode {
    const operators: readonly FilterOperator[] = FIELD_KINDS[kind].operators;
    if (!operators.includes(operator))
      throw new Problem('BAD_USER_INPUT', `\`${field}\` cannot be filtered by \`${operator}\`.`, { field });
    const { form, values: given } = FIELD_TESTS[operator].read({ kind, value, place: `${field}.${operator}` });
    shape += `${field}.${operator}${form};`;
    return { field, operator, kind, expression, form, ...take(given) };
  }

  /** Null if the table of tags does not help. */
  function listedTags(field: OwnField, { operator, ...condition }: FieldCondition): FilterNode | null {
    if (!field.listed || (operator !== 'hasAll' && operator !== 'hasAny')) return null;
    const [given] = FIELD_TESTS[operator].read({
      ...condition,
      kind: 'tags',
      place: `${condition.field}.${operator}`,
    }).values;
    const tags = [...new Set(given as string[])]; // The cast: by the kind of the field.
    if (tags.length === 0 || !tags.every(isListed)) return null;
    if (operator === 'hasAny' && tags.length > 1) {
      shape += `${TAGS_SHAPE}any;`;
      return { tags: field.listed, match: 'any', ...take([tags]) };
    }
    const looked = tags.slice(0, MOST_TAG_JOINS);
    shape += `${TAGS_SHAPE}${looked.length};`;
    const listed: FilterNode = { tags: field.listed, match: 'all', ...take(looked) };
    return tags.length === looked.length ? listed : { all: [listed, test(field, { operator, ...condition })] };
  }

  const root = read(filter, place, 1);
  return { shape, values, root };
}

type FieldCondition = Extract<Filter, { field: string }>;
type OwnField = Exclude<FilterField, { through: string }>;

/** Turns a test of a related row's field into a test of the relation. Without a related row, the field is null. */
function throughRelation(
  { through, field }: { through: string; field: string },
  { operator, value }: FieldCondition,
): Filter {
  if (operator === 'notIn' && Array.isArray(value) && value.length === 0) return EVERYTHING;
  const isNull = operator === 'isNull' && value === true;
  const related = { relation: through, some: { field, operator, value: isNull ? false : value } };
  return isNull ? { not: related } : related;
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
