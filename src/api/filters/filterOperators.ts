import type { FilterOperator } from '../../core/filters/filter.ts';
import { MAX_TEXT_QUERY_CHARACTERS } from '../../core/filters/textQuery.ts';
import { StateTypeEnum } from '../building/enums.ts';

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
  contains: {
    type: 'String',
    operator: 'contains',
    description: 'Has this text in it, in upper or lower case. `%` and `_` are ordinary characters.',
  },
  startsWith: {
    type: ['String'],
    operator: 'startsWith',
    description: 'Begins with one of these, in upper or lower case. `%` and `_` are ordinary characters.',
  },
} satisfies Operators;

const INT_OPERATORS = {
  in: { type: ['Int'], operator: 'in', description: 'One of these.' },
  notIn: {
    type: ['Int'],
    operator: 'notIn',
    description: 'None of these, and not null; of an empty list, always so.',
  },
  gte: { type: 'Int', operator: 'gte', description: 'This or more.' },
  lte: { type: 'Int', operator: 'lte', description: 'This or less.' },
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
  Int: INT_OPERATORS,
  NullableInt: { ...INT_OPERATORS, ...IS_NULL },
  Boolean: {
    is: { type: 'Boolean', operator: 'is', description: 'Whether it is so.' },
  },
  Prose: {
    query: {
      type: 'String',
      operator: 'query',
      description:
        'Words to search for, in upper or lower case: one of them is there; `+word` must be, `-word` or `!word` must not. ' +
        '`"Two words"` in quotes are one; in quotes, `\\"` is a quote and `\\\\` a backslash. `%` and `_` are ordinary ' +
        'characters. A blank query asks nothing. ' +
        `At most ${MAX_TEXT_QUERY_CHARACTERS} characters; more is BAD_USER_INPUT.`,
    },
  },
} satisfies { [name: string]: Operators };

export type OperatorsName = keyof typeof OPERATORS;
