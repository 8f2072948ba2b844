import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { Json } from '../../core/runs/state.ts';
import { OPERATORS, type Operators } from './filterOperators.ts';
import type { FilterKind, FilterRow } from './filterRow.ts';
import { FILTERS } from './filterRows.ts';

/** What GraphQL hands over: it has checked keys and values against the inputs that are made of the same tables. */
export interface FilterInput {
  and?: FilterInput[] | null;
  or?: FilterInput[] | null;
  not?: FilterInput | null;
  [field: string]: unknown;
}

/** The filter tree of an input; none lets everything through. Null is the same as absent, everywhere. */
export const toFilter = (kind: FilterKind, input: FilterInput | null | undefined): Filter =>
  input ? whole(FILTERS[kind].rows, input) : EVERYTHING;

function whole(rows: { [name: string]: FilterRow }, { and, or, not, ...fields }: FilterInput): Filter {
  return all([
    ...(and ?? []).map((part) => whole(rows, part)),
    ...(or ? [{ or: or.map((part) => whole(rows, part)) }] : []),
    ...(not ? [{ not: whole(rows, not) }] : []),
    ...Object.entries(fields).flatMap(([name, value]) => {
      const row = rows[name];
      return row && value ? [one(row, value as FilterInput)] : []; // Every row is an input object.
    }),
  ]);
}

function one(row: FilterRow, value: FilterInput): Filter {
  if ('relation' in row) {
    const related: Filter = { relation: row.relation, some: whole(FILTERS[row.kind].rows, value) };
    return row.through ? { relation: row.through, some: related } : related;
  }
  if ('rows' in row) return whole(row.rows, value);
  const operators: Operators = OPERATORS[row.operators];
  return all(
    Object.entries(value).flatMap(([name, operand]) => {
      const operator = operators[name]?.operator;
      if (!operator || operand === null || operand === undefined) return [];
      return [{ field: row.fields?.[name] ?? row.field, operator, value: operand as Json }]; // Every operand is a scalar or a list of them.
    }),
  );
}

/** One filter stays itself: trees are as deep as what was asked. */
const all = (filters: Filter[]): Filter => (filters.length === 1 && filters[0]) || { and: filters };
