import type { FilterOperator } from '../core/filter.ts';
import { StateTypeEnum } from './enums.ts';

// What lists can be filtered by: a row per input field. filterInput.ts makes the GraphQL inputs of these tables, and the
// filter trees of what is sent.

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

export type FilterRow =
  /** Operators on a field of the store's filter table. */
  | { operators: OperatorsName; field: string; description: string }
  /** A group of rows under one name. */
  | { rows: { [name: string]: FilterRow }; name: string; description: string }
  /** Another kind of thing: some of those that belong to this one match. */
  | { relation: string; kind: FilterKind; description: string };

export type FilterKind = 'FlowRun' | 'TaskRun' | 'Flow' | 'Deployment' | 'Log';

interface FilterTable {
  /** The plural of what is filtered. */
  of: string;
  rows: { [name: string]: FilterRow };
}

const STATE_ROWS: { [name: string]: FilterRow } = {
  type: { operators: 'StateType', field: 'stateType', description: 'By the type of the current state.' },
  name: { operators: 'Text', field: 'stateName', description: 'By the name of the current state.' },
};

const NAMED_ROWS: { [name: string]: FilterRow } = {
  id: { operators: 'Id', field: 'id', description: 'By id.' },
  name: { operators: 'Name', field: 'name', description: 'By name.' },
  tags: { operators: 'Tags', field: 'tags', description: 'By tags.' },
};

const RUN_ROWS: { [name: string]: FilterRow } = {
  ...NAMED_ROWS,
  state: { rows: STATE_ROWS, name: 'CurrentState', description: 'By the current state.' },
  stateType: { operators: 'StateType', field: 'stateType', description: 'The same as `state: { type }`.' },
  stateName: { operators: 'Text', field: 'stateName', description: 'The same as `state: { name }`.' },
  expectedStartTime: {
    operators: 'Time',
    field: 'expectedStartTime',
    description: 'By the time at which the run was first expected to start.',
  },
  endTime: { operators: 'Time', field: 'endTime', description: 'By end time.' },
};

export const FILTERS: { readonly [Kind in FilterKind]: FilterTable } = {
  FlowRun: {
    of: 'flow runs',
    rows: {
      ...RUN_ROWS,
      created: { operators: 'Time', field: 'created', description: 'By the time at which the run was created.' },
      startTime: {
        operators: 'Time',
        field: 'startTime',
        description:
          'By start time. `after` and `before` take a run that has not started at its expected start time; ' +
          '`isNull` asks for the start time alone.',
      },
      nextScheduledStartTime: {
        operators: 'Time',
        field: 'nextScheduledStartTime',
        description: 'By the time at which a scheduled run is due.',
      },
      flowVersion: { operators: 'NullableText', field: 'flowVersion', description: 'By the version of the flow.' },
      idempotencyKey: {
        operators: 'NullableText',
        field: 'idempotencyKey',
        description: 'By the idempotency key that the run was created with.',
      },
      flowId: { operators: 'Id', field: 'flowId', description: 'By the id of the flow.' },
      flow: { relation: 'flow', kind: 'Flow', description: 'By the flow.' },
      deploymentId: { operators: 'NullableId', field: 'deploymentId', description: 'By the id of the deployment.' },
      deployment: {
        relation: 'deployment',
        kind: 'Deployment',
        description: 'By the deployment; runs without one are left out.',
      },
      parentTaskRunId: {
        operators: 'NullableId',
        field: 'parentTaskRunId',
        description: 'By the id of the task run that started this run as a subflow.',
      },
      parentTaskRun: {
        relation: 'parentTaskRun',
        kind: 'TaskRun',
        description: 'By the task run that started this run as a subflow; runs without one are left out.',
      },
      taskRuns: { relation: 'taskRuns', kind: 'TaskRun', description: 'Some task run of the flow run matches.' },
    },
  },
  TaskRun: {
    of: 'task runs',
    rows: {
      ...RUN_ROWS,
      startTime: { operators: 'Time', field: 'startTime', description: 'By start time.' },
      taskKey: { operators: 'Text', field: 'taskKey', description: 'By the key of the task.' },
      dynamicKey: { operators: 'Text', field: 'dynamicKey', description: 'By the dynamic key.' },
      flowRunId: { operators: 'NullableId', field: 'flowRunId', description: 'By the id of the flow run.' },
      flowRun: {
        relation: 'flowRun',
        kind: 'FlowRun',
        description: 'By the flow run; task runs without one are left out.',
      },
      subflowRuns: {
        relation: 'subflowRuns',
        kind: 'FlowRun',
        description: 'Some subflow run that the task run started matches.',
      },
    },
  },
  Flow: {
    of: 'flows',
    rows: {
      ...NAMED_ROWS,
      flowRuns: { relation: 'flowRuns', kind: 'FlowRun', description: 'Some run of the flow matches.' },
      deployments: { relation: 'deployments', kind: 'Deployment', description: 'Some deployment of the flow matches.' },
    },
  },
  Deployment: {
    of: 'deployments',
    rows: {
      ...NAMED_ROWS,
      flowId: { operators: 'Id', field: 'flowId', description: 'By the id of the flow.' },
      flow: { relation: 'flow', kind: 'Flow', description: 'By the flow.' },
      flowRuns: { relation: 'flowRuns', kind: 'FlowRun', description: 'Some run from the deployment matches.' },
    },
  },
  Log: {
    of: 'log lines',
    rows: {
      level: { operators: 'Level', field: 'level', description: 'By level.' },
      timestamp: { operators: 'Time', field: 'timestamp', description: 'By timestamp.' },
      name: { operators: 'Name', field: 'name', description: 'By the name of the logger.' },
      message: { operators: 'Name', field: 'message', description: 'By message.' },
      flowRunId: { operators: 'NullableId', field: 'flowRunId', description: 'By the id of the flow run.' },
      flowRun: { relation: 'flowRun', kind: 'FlowRun', description: 'By the flow run.' },
      taskRunId: { operators: 'NullableId', field: 'taskRunId', description: 'By the id of the task run.' },
      taskRun: {
        relation: 'taskRun',
        kind: 'TaskRun',
        description: 'By the task run; lines without one are left out.',
      },
    },
  },
};
