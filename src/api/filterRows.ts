import type { OperatorsName } from './filterOperators.ts';

// What lists can be filtered by: a row per input field. filterInput.ts makes the GraphQL inputs of these tables, and
// toFilter.ts the filter trees of what is sent.

export type FilterRow =
  /** Operators on a field of the store's filter table; `fields` names another field for some operators. */
  | { operators: OperatorsName; field: string; fields?: { [operator: string]: string }; description: string }
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
        // Prefect 3: filters.py, FlowRunFilterStartTime.
        fields: { after: 'effectiveStartTime', before: 'effectiveStartTime' },
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
