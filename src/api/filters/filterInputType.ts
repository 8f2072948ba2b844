import type { InputRef } from '@pothos/core';
import { count } from '../../core/checks/checkText.ts';
import { MAX_FILTER_LIST } from '../../store/query/fieldTests.ts';
import { MAX_FILTER_DEPTH, MAX_FILTER_NODES } from '../../store/query/readFilter.ts';
import { builder } from '../building/builder.ts';
import { FILTER_DEFINITIONS } from './filterDefinitions.ts';
import type { FieldDefinition, FilterKind } from './filterFields.ts';
import { OPERATORS, type Operators, type OperatorsName } from './filterOperators.ts';
import type { FilterInput } from './toFilter.ts';

// Builds the GraphQL inputs from the tables in filterDefinitions.ts. toFilter.ts converts their values to filter trees.

const inputRef = (name: string) => builder.inputRef<FilterInput, false>(name);

const operatorInputs = mapValues<OperatorsName, Operators, InputRef<FilterInput>>(OPERATORS, (operators, name) =>
  inputRef(`${name}Operators`).implement({
    description:
      'Conditions on one field. If several are set, all must hold; a null condition is ignored. A list has at most ' +
      `${count(MAX_FILTER_LIST)} values; more fail with LIMIT_EXCEEDED.`,
    fields: (t) => mapValues(operators, ({ type, description }) => t.field({ type, description })),
  }),
);

/** Group inputs by name. Flow runs and task runs share one. */
const groupInputs = new Map<string, InputRef<FilterInput>>();

function groupInput({ name, group, description }: Extract<FieldDefinition, { group: object }>): InputRef<FilterInput> {
  const known = groupInputs.get(name);
  if (known) return known;
  const made = inputRef(`${name}Filter`).implement({
    description: `${description} If several conditions are set, all must hold.`,
    fields: (t) => mapValues(group, (field) => t.field({ type: fieldInput(field), description: field.description })),
  });
  groupInputs.set(name, made);
  return made;
}

const kindInputs = mapValues(FILTER_DEFINITIONS, (_, kind) => inputRef(`${kind}Filter`));

for (const [kind, input] of Object.entries(kindInputs))
  input.implement({
    description:
      `Selects ${FILTER_DEFINITIONS[kind as FilterKind].of}. If several conditions are set, all must hold; a null condition is ` +
      `ignored. An empty filter matches everything. At most ${count(MAX_FILTER_NODES)} conditions, nested at most ` +
      `${MAX_FILTER_DEPTH} levels deep; more fail with LIMIT_EXCEEDED.`,
    fields: (t) => ({
      and: t.field({ type: [input], description: 'All of these filters match. An empty list matches everything.' }),
      or: t.field({
        type: [input],
        description: 'At least one of these filters matches. An empty list matches nothing.',
      }),
      not: t.field({ type: input, description: 'This filter does not match.' }),
      ...mapValues(FILTER_DEFINITIONS[kind as FilterKind].fields, (field) =>
        t.field({ type: fieldInput(field), description: field.description }),
      ),
    }),
  });

function fieldInput(field: FieldDefinition): InputRef<FilterInput> {
  if ('operators' in field) return operatorInputs[field.operators];
  return 'group' in field ? groupInput(field) : kindInputs[field.kind];
}

export const filterInputType = (kind: FilterKind) => kindInputs[kind];

function mapValues<Key extends string, Value, Result>(
  object: { readonly [Name in Key]: Value },
  map: (value: Value, key: Key) => Result,
): { [Name in Key]: Result } {
  // Object.entries and Object.fromEntries lose the type of the keys.
  return Object.fromEntries(Object.entries<Value>(object).map(([key, value]) => [key, map(value, key as Key)])) as {
    [Name in Key]: Result;
  };
}
