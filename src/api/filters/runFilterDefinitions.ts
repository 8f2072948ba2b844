import {
  CREATED,
  type FieldDefinitions,
  type FilterDefinition,
  NAMED_FIELDS,
  QUEUED_FIELDS,
  TAG_FIELDS,
} from './filterFields.ts';

const STATE_FIELDS: FieldDefinitions = {
  type: { operators: 'StateType', field: 'stateType', description: 'Filters by the type of the current state.' },
  name: { operators: 'Text', field: 'stateName', description: 'Filters by the name of the current state.' },
};

const RUN_FIELDS: FieldDefinitions = {
  ...NAMED_FIELDS,
  ...TAG_FIELDS,
  state: { group: STATE_FIELDS, name: 'CurrentState', description: 'Filters by the current state.' },
  stateType: { operators: 'StateType', field: 'stateType', description: 'The same as `state: { type }`.' },
  stateName: { operators: 'Text', field: 'stateName', description: 'The same as `state: { name }`.' },
  created: { operators: 'Time', field: 'created', description: CREATED },
  expectedStartTime: {
    operators: 'Time',
    field: 'expectedStartTime',
    description: 'Filters by the time at which the run was first expected to start.',
  },
  nextScheduledStartTime: {
    operators: 'Time',
    field: 'nextScheduledStartTime',
    description: 'Filters by the time at which a scheduled run is due.',
  },
  endTime: { operators: 'Time', field: 'endTime', description: 'Filters by end time.' },
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
        'Filters by start time. For a run that has not started, `after` and `before` use the expected start time; ' +
        '`isNull` always uses the start time.',
    },
    flowVersion: {
      operators: 'NullableText',
      field: 'flowVersion',
      description: 'Filters by the version of the flow.',
    },
    idempotencyKey: {
      operators: 'NullableText',
      field: 'idempotencyKey',
      description: 'Filters by the idempotency key with which the run was created.',
    },
    autoScheduled: {
      operators: 'Boolean',
      field: 'autoScheduled',
      description: 'Filters by whether a schedule created the run.',
    },
    flowId: { operators: 'Id', field: 'flowId', description: 'Filters by the id of the flow.' },
    flow: { relation: 'flow', kind: 'Flow', description: 'Filters by the flow.' },
    deploymentId: {
      operators: 'NullableId',
      field: 'deploymentId',
      description: 'Filters by the id of the deployment.',
    },
    deployment: {
      relation: 'deployment',
      kind: 'Deployment',
      description: 'Filters by the deployment. Runs without one do not match.',
    },
    ...QUEUED_FIELDS,
    parentTaskRunId: {
      operators: 'NullableId',
      field: 'parentTaskRunId',
      description: 'Filters by the id of the task run that started the run as a subflow.',
    },
    parentTaskRun: {
      relation: 'parentTaskRun',
      kind: 'TaskRun',
      description: 'Filters by the task run that started the run as a subflow. Runs without one do not match.',
    },
    parentFlowRunId: {
      operators: 'NullableId',
      field: 'parentFlowRunId',
      description: 'Filters by the id of the flow run whose task run started the run as a subflow.',
    },
    taskRuns: { relation: 'taskRuns', kind: 'TaskRun', description: 'At least one task run of the flow run matches.' },
  },
};

export const TASK_RUN_FILTER: FilterDefinition = {
  of: 'task runs',
  fields: {
    ...RUN_FIELDS,
    startTime: { operators: 'Time', field: 'startTime', description: 'Filters by start time.' },
    taskKey: { operators: 'Text', field: 'taskKey', description: 'Filters by the key of the task.' },
    dynamicKey: { operators: 'Text', field: 'dynamicKey', description: 'Filters by the dynamic key.' },
    flowRunId: { operators: 'NullableId', field: 'flowRunId', description: 'Filters by the id of the flow run.' },
    flowRun: {
      relation: 'flowRun',
      kind: 'FlowRun',
      description: 'Filters by the flow run. Task runs without one do not match.',
    },
    flow: {
      relation: 'flow',
      through: 'flowRun',
      kind: 'Flow',
      description: 'Filters by the flow of the flow run. Task runs without a flow run do not match.',
    },
    deployment: {
      relation: 'deployment',
      through: 'flowRun',
      kind: 'Deployment',
      description: 'Filters by the deployment of the flow run. Task runs without one do not match.',
    },
    subflowRuns: {
      relation: 'subflowRuns',
      kind: 'FlowRun',
      description: 'At least one subflow run that the task run started matches. `{}` requires that there is one.',
    },
  },
};
