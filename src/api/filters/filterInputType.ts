import type { InputRef } from '@pothos/core';
import { MAX_FILTER_DEPTH, MAX_FILTER_LIST, MAX_FILTER_NODES } from '../../store/query/compileFilter.ts';
import { builder } from '../building/builder.ts';
import { FILTER_DEFINITIONS } from './filterDefinitions.ts';
import type { FieldDefinition, FilterKind } from './filterFields.ts';
import { OPERATORS, type Operators, type OperatorsName } from './filterOperators.ts';
import type { FilterInput } from './toFilter.ts';

// The GraphQL inputs of the tables in filterDefinitions.ts; toFilter.ts turns what is sent into filter trees.

const inputRef = (name: string) => builder.inputRef<FilterInput, false>(name);

const operatorInputs = mapValues<OperatorsName, Operators, InputRef<FilterInput>>(OPERATORS, (operators, name) =>
  inputRef(`${name}Operators`).implement({
    description:
      'What is asked of one field; where several are given, all must hold. ' +
      `A list has ${MAX_FILTER_LIST} values at most; more is LIMIT_EXCEEDED.`,
    fields: (t) => mapValues(operators, ({ type, description }) => t.field({ type, description })),
  }),
);

/** Groups by name: flow runs and task runs share theirs. */
const groupInputs = new Map<string, InputRef<FilterInput>>();

function groupInput({ name, group, description }: Extract<FieldDefinition, { group: object }>): InputRef<FilterInput> {
  const known = groupInputs.get(name);
  if (known) return known;
  const made = inputRef(`${name}Filter`).implement({
    description: `${description} Where several are given, all must hold.`,
    fields: (t) => mapValues(group, (field) => t.field({ type: fieldInput(field), description: field.description })),
  });
  groupInputs.set(name, made);
  return made;
}

const kindInputs = mapValues(FILTER_DEFINITIONS, (_, kind) => inputRef(`${kind}Filter`));

for (const [kind, input] of Object.entries(kindInputs))
  input.implement({
    description:
      `Which ${FILTER_DEFINITIONS[kind as FilterKind].of}. All that is given must hold; an empty filter lets everything through. ` +
      `At most ${MAX_FILTER_NODES} conditions, ${MAX_FILTER_DEPTH} levels deep; more is LIMIT_EXCEEDED.`,
    fields: (t) => ({
      and: t.field({ type: [input], description: 'Each of these holds; of an empty list, always so.' }),
      or: t.field({ type: [input], description: 'One of these holds; of an empty list, never so.' }),
      not: t.field({ type: input, description: 'This does not hold.' }),
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
  // Object.entries and Object.fromEntries forget the keys they were given.
  return Object.fromEntries(Object.entries<Value>(object).map(([key, value]) => [key, map(value, key as Key)])) as {
    [Name in Key]: Result;
  };
}
