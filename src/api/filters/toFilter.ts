import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { FILTER_DEFINITIONS } from './filterDefinitions.ts';
import type { FieldDefinition, FieldDefinitions, FilterKind } from './filterFields.ts';
import { OPERATORS, type Operators } from './filterOperators.ts';

/** A filter as GraphQL passes it. GraphQL has checked keys and values against the inputs built from the same tables. */
export interface FilterInput {
  and?: FilterInput[] | null;
  or?: FilterInput[] | null;
  not?: FilterInput | null;
  [field: string]: unknown;
}

/** Returns the filter tree of an input. A missing input matches everything. Null fields are ignored at every level. */
export const toFilter = (kind: FilterKind, input: FilterInput | null | undefined): Filter =>
  input ? whole(FILTER_DEFINITIONS[kind].fields, input) : EVERYTHING;

function whole(fields: FieldDefinitions, { and, or, not, ...values }: FilterInput): Filter {
  return all([
    ...(and ?? []).map((part) => whole(fields, part)),
    ...(or ? [{ or: or.map((part) => whole(fields, part)) }] : []),
    ...(not ? [{ not: whole(fields, not) }] : []),
    ...Object.entries(values).flatMap(([name, value]) => {
      const field = fields[name];
      return field && value ? [one(field, value as FilterInput)] : []; // The value of every field is an input object.
    }),
  ]);
}

function one(definition: FieldDefinition, value: FilterInput): Filter {
  if ('relation' in definition) {
    const related: Filter = {
      relation: definition.relation,
      some: whole(FILTER_DEFINITIONS[definition.kind].fields, value),
    };
    return definition.through ? { relation: definition.through, some: related } : related;
  }
  if ('group' in definition) return whole(definition.group, value);
  const operators: Operators = OPERATORS[definition.operators];
  return all(
    Object.entries(value).flatMap(([name, operand]) => {
      const operator = operators[name]?.operator;
      if (!operator || operand === null || operand === undefined) return [];
      // The cast: every operand is a scalar or a list of scalars.
      return [{ field: definition.fields?.[name] ?? definition.field, operator, value: operand as Json }];
    }),
  );
}

/** A single filter is not wrapped, so that a tree is only as deep as the request. */
const all = (filters: Filter[]): Filter => (filters.length === 1 && filters[0]) || { and: filters };
