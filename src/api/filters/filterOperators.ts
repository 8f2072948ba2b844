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

const IN = 'Equal to one of these values. An empty list matches nothing.';
const NOT_IN = 'Equal to none of these values. An empty list matches everything; any other list does not match null.';

const ID_OPERATORS = {
  in: { type: ['ID'], operator: 'in', description: IN },
  notIn: {
    type: ['ID'],
    operator: 'notIn',
    description: NOT_IN,
  },
} satisfies Operators;

const TEXT_OPERATORS = {
  in: { type: ['String'], operator: 'in', description: IN },
  notIn: {
    type: ['String'],
    operator: 'notIn',
    description: NOT_IN,
  },
  contains: {
    type: 'String',
    operator: 'contains',
    description: 'Contains this text, ignoring case. `%` and `_` are ordinary characters.',
  },
  startsWith: {
    type: ['String'],
    operator: 'startsWith',
    description:
      'Starts with one of these texts, ignoring case. `%` and `_` are ordinary characters. An empty list matches ' +
      'nothing.',
  },
} satisfies Operators;

const INT_OPERATORS = {
  in: { type: ['Int'], operator: 'in', description: IN },
  notIn: {
    type: ['Int'],
    operator: 'notIn',
    description: NOT_IN,
  },
  gte: { type: 'Int', operator: 'gte', description: 'Greater than or equal to this value.' },
  lte: { type: 'Int', operator: 'lte', description: 'Less than or equal to this value.' },
} satisfies Operators;

const IS_NULL = {
  isNull: {
    type: 'Boolean',
    operator: 'isNull',
    description: 'True matches null only; false matches everything except null.',
  },
} satisfies Operators;

/** The operators of each kind of field. If several are set, all must hold. `operator` names it in the filter tree. */
export const OPERATORS = {
  Id: ID_OPERATORS,
  NullableId: { ...ID_OPERATORS, ...IS_NULL },
  Text: TEXT_OPERATORS,
  NullableText: { ...TEXT_OPERATORS, ...IS_NULL },
  StateType: {
    in: { type: [StateTypeEnum], operator: 'in', description: IN },
    notIn: { type: [StateTypeEnum], operator: 'notIn', description: NOT_IN },
  },
  Tags: {
    hasAll: {
      type: ['String'],
      operator: 'hasAll',
      description: 'Has all of these tags. An empty list matches everything.',
    },
    hasAny: {
      type: ['String'],
      operator: 'hasAny',
      description: 'Has at least one of these tags. An empty list matches nothing.',
    },
    isEmpty: {
      type: 'Boolean',
      operator: 'isEmpty',
      description: 'True matches an empty list of tags; false matches a list with tags.',
    },
  },
  Time: {
    after: { type: 'DateTime', operator: 'gte', description: 'At or after this time.' },
    before: { type: 'DateTime', operator: 'lte', description: 'At or before this time.' },
    ...IS_NULL,
  },
  Int: INT_OPERATORS,
  NullableInt: { ...INT_OPERATORS, ...IS_NULL },
  Boolean: {
    is: { type: 'Boolean', operator: 'is', description: 'Equal to this value.' },
  },
  Prose: {
    query: {
      type: 'String',
      operator: 'query',
      description:
        'Search terms, ignoring case. At least one of the plain terms must occur; `+term` must occur, and `-term` or ' +
        '`!term` must not. `"Two words"` in double quotes are one term, in which `\\"` is a quote and `\\\\` a ' +
        'backslash. `%` and `_` are ordinary characters. A blank query matches everything. At most ' +
        `${MAX_TEXT_QUERY_CHARACTERS} characters; more fail with BAD_USER_INPUT.`,
    },
  },
} satisfies { [name: string]: Operators };

export type OperatorsName = keyof typeof OPERATORS;
