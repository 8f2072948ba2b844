import type { FilterOperator } from '../core/filter.ts';
import { StateTypeEnum } from './enums.ts';

type Operand = 'ID' | 'String' | 'Int' | 'Boolean' | 'DateTime' | typeof StateTypeEnum;
export interface Operator {
  operator: FilterOperator;
  type: Operand | [Operand];
  description: string;
}
export type Operators = { [operator: string]: Operator };

const ID_OPERATORS = {
  in: { type: ['ID'], operator: 'in', description: 'One of these.' },
  notIn: {
    type: ['ID'],
    operator: 'notIn',
    description: 'None of these, and not null; of an empty list, always so.',
  },
} satisfies Operators;

const TEXT_OPERATORS = {
  in: { type: ['String'], operator: 'in', description: 'One of these, exactly.' },
  notIn: {
    type: ['String'],
    operator: 'notIn',
    description: 'None of these, and not null; of an empty list, always so.',
  },
} satisfies Operators;

const IS_NULL = {
  isNull: { type: 'Boolean', operator: 'isNull', description: 'Whether there is none at all.' },
} satisfies Operators;

/** What a field of a kind can be asked for; several operators must all hold. `operator` is the filter tree's. */
export const OPERATORS = {
  Id: ID_OPERATORS,
  NullableId: { ...ID_OPERATORS, ...IS_NULL },
  Text: TEXT_OPERATORS,
  NullableText: { ...TEXT_OPERATORS, ...IS_NULL },
  Name: {
    ...TEXT_OPERATORS,
    contains: {
      type: 'String',
      operator: 'contains',
      description: 'Has this text in it, in upper or lower case. `%` and `_` are ordinary characters.',
    },
  },
  StateType: {
    in: { type: [StateTypeEnum], operator: 'in', description: 'One of these.' },
    notIn: { type: [StateTypeEnum], operator: 'notIn', description: 'None of these.' },
  },
  Tags: {
    hasAll: { type: ['String'], operator: 'hasAll', description: 'Has each of these; of an empty list, always so.' },
    hasAny: { type: ['String'], operator: 'hasAny', description: 'Has one of these; of an empty list, never so.' },
    isEmpty: { type: 'Boolean', operator: 'isEmpty', description: 'Whether there are no tags.' },
  },
  Time: {
    after: { type: 'DateTime', operator: 'gte', description: 'At this moment or later.' },
    before: { type: 'DateTime', operator: 'lte', description: 'At this moment or earlier.' },
    ...IS_NULL,
  },
  Level: {
    gte: { type: 'Int', operator: 'gte', description: 'This level or a graver one.' },
    lte: { type: 'Int', operator: 'lte', description: 'This level or a lighter one.' },
  },
} satisfies { [name: string]: Operators };

export type OperatorsName = keyof typeof OPERATORS;
