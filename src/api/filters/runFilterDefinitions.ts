import {
  type FieldDefinitions,
  type FilterDefinition,
  NAMED_FIELDS,
  QUEUED_FIELDS,
  TAG_FIELDS,
} from './filterFields.ts';

const STATE_FIELDS: FieldDefinitions = {
  type: { operators: 'StateType', field: 'stateType', description: 'By the type of the current state.' },
  name: { operators: 'Text', field: 'stateName', description: 'By the name of the current state.' },
};

const RUN_FIELDS: FieldDefinitions = {
  ...NAMED_FIELDS,
  ...TAG_FIELDS,
  state: { group: STATE_FIELDS, name: 'CurrentState', description: 'By the current state.' },
  stateType: { operators: 'StateType', field: 'stateType', description: 'The same as `state: { type }`.' },
  stateName: { operators: 'Text', field: 'stateName', description: 'The same as `state: { name }`.' },
  created: { operators: 'Time', field: 'created', description: 'By the time at which the run was created.' },
  expectedStartTime: {
    operators: 'Time',
    field: 'expectedStartTime',
    description: 'By the time at which the run was first expected to start.',
  },
  nextScheduledStartTime: {
    operators: 'Time',
    field: 'nextScheduledStartTime',
    description: 'By the time at which a scheduled run is due.',
  },
  endTime: { operators: 'Time', field: 'endTime', description: 'By end time.' },
};

export const FLOW_RUN_FILTER: FilterDefinition = {
  of: 'flow runs',
  fields: {
    ...RUN_FIELDS,
    startTime: {
      operators: 'Time',
      field: 'startTime',
      // Prefect 3: filters.py, FlowRunFilterStartTime.
      fields: { after: 'effectiveStartTime', before: 'effectiveStartTime' },
      description:
        'By start time. `after` and `before` take a run that has not started at its expected start time; ' +
        '`isNull` asks for the start time alone.',
    },
    flowVersion: { operators: 'NullableText', field: 'flowVersion', description: 'By the version of the flow.' },
    idempotencyKey: {
      operators: 'NullableText',
      field: 'idempotencyKey',
      description: 'By the idempotency key that the run was created with.',
    },
    autoScheduled: { operators: 'Boolean', field: 'autoScheduled', description: 'Whether a schedule made the run.' },
    flowId: { operators: 'Id', field: 'flowId', description: 'By the id of the flow.' },
    flow: { relation: 'flow', kind: 'Flow', description: 'By the flow.' },
    deploymentId: { operators: 'NullableId', field: 'deploymentId', description: 'By the id of the deployment.' },
    deployment: {
      relation: 'deployment',
      kind: 'Deployment',
      description: 'By the deployment; runs without one are left out.',
    },
    ...QUEUED_FIELDS,
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
    parentFlowRunId: {
      operators: 'NullableId',
      field: 'parentFlowRunId',
      description: 'By the id of the flow run whose task run started this run as a subflow.',
    },
    taskRuns: { relation: 'taskRuns', kind: 'TaskRun', description: 'Some task run of the flow run matches.' },
  },
};

export const TASK_RUN_FILTER: FilterDefinition = {
  of: 'task runs',
  fields: {
    ...RUN_FIELDS,
    startTime: { operators: 'Time', field: 'startTime', description: 'By start time.' },
    taskKey: { operators: 'Text', field: 'taskKey', description: 'By the key of the task.' },
    dynamicKey: { operators: 'Text', field: 'dynamicKey', description: 'By the dynamic key.' },
    flowRunId: { operators: 'NullableId', field: 'flowRunId', description: 'By the id of the flow run.' },
    flowRun: {
      relation: 'flowRun',
      kind: 'FlowRun',
      description: 'By the flow run; task runs without one are left out.',
    },
    flow: {
      relation: 'flow',
      through: 'flowRun',
      kind: 'Flow',
      description: 'By the flow of the flow run; task runs without a flow run are left out.',
    },
    deployment: {
      relation: 'deployment',
      through: 'flowRun',
      kind: 'Deployment',
      description: 'By the deployment of the flow run; task runs without one are left out.',
    },
    subflowRuns: {
      relation: 'subflowRuns',
      kind: 'FlowRun',
      description: 'Some subflow run that the task run started matches; `{}` asks that there is one.',
    },
  },
};
