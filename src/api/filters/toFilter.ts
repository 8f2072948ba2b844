import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { Json } from '../../core/runs/state.ts';
import { FILTER_DEFINITIONS } from './filterDefinitions.ts';
import type { FieldDefinition, FieldDefinitions, FilterKind } from './filterFields.ts';
import { OPERATORS, type Operators } from './filterOperators.ts';

/** What GraphQL hands over: it has checked keys and values against the inputs that are made of the same tables. */
export interface FilterInput {
  and?: FilterInput[] | null;
  or?: FilterInput[] | null;
  not?: FilterInput | null;
  [field: string]: unknown;
}

/** The filter tree of an input; none lets everything through. Null is the same as absent, everywhere. */
export const toFilter = (kind: FilterKind, input: FilterInput | null | undefined): Filter =>
  input ? whole(FILTER_DEFINITIONS[kind].fields, input) : EVERYTHING;

function whole(fields: FieldDefinitions, { and, or, not, ...values }: FilterInput): Filter {
  return all([
    ...(and ?? []).map((part) => whole(fields, part)),
    ...(or ? [{ or: or.map((part) => whole(fields, part)) }] : []),
    ...(not ? [{ not: whole(fields, not) }] : []),
    ...Object.entries(values).flatMap(([name, value]) => {
      const field = fields[name];
      return field && value ? [one(field, value as FilterInput)] : []; // Every field is an input object.
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
      return [{ field: definition.fields?.[name] ?? definition.field, operator, value: operand as Json }]; // Every operand is a scalar or a list of them.
    }),
  );
}

/** One filter stays itself: trees are as deep as what was asked. */
const all = (filters: Filter[]): Filter => (filters.length === 1 && filters[0]) || { and: filters };
