import { type FilterDefinition, type FilterKind, NAMED_FIELDS, QUEUED_FIELDS, TAG_FIELDS } from './filterFields.ts';
import { FLOW_RUN_FILTER, TASK_RUN_FILTER } from './runFilterDefinitions.ts';

// What lists can be filtered by: a row per input field. filterInputType.ts makes the GraphQL inputs of these tables, and
// toFilter.ts the filter trees of what is sent.

export const FILTER_DEFINITIONS: { readonly [Kind in FilterKind]: FilterDefinition } = {
  FlowRun: FLOW_RUN_FILTER,
  TaskRun: TASK_RUN_FILTER,
  Flow: {
    of: 'flows',
    fields: {
      ...NAMED_FIELDS,
      ...TAG_FIELDS,
      created: { operators: 'Time', field: 'created', description: 'By the time at which the flow was created.' },
      flowRuns: { relation: 'flowRuns', kind: 'FlowRun', description: 'Some run of the flow matches.' },
      deployments: {
        relation: 'deployments',
        kind: 'Deployment',
        description: 'Some deployment of the flow matches; `{}` asks that there is one.',
      },
    },
  },
  Deployment: {
    of: 'deployments',
    fields: {
      ...NAMED_FIELDS,
      ...TAG_FIELDS,
      created: { operators: 'Time', field: 'created', description: 'By the time at which it was created.' },
      version: { operators: 'NullableText', field: 'version', description: 'By version.' },
      paused: { operators: 'Boolean', field: 'paused', description: 'Whether its schedules are paused.' },
      concurrencyLimit: {
        operators: 'NullableInt',
        field: 'concurrencyLimit',
        description: 'By how many of its runs may run at once; null where there is no limit.',
      },
      flowId: { operators: 'Id', field: 'flowId', description: 'By the id of the flow.' },
      flow: { relation: 'flow', kind: 'Flow', description: 'By the flow.' },
      ...QUEUED_FIELDS,
      flowRuns: { relation: 'flowRuns', kind: 'FlowRun', description: 'Some run from the deployment matches.' },
    },
  },
  WorkPool: {
    of: 'work pools',
    fields: {
      ...NAMED_FIELDS,
      created: { operators: 'Time', field: 'created', description: 'By the time at which it was created.' },
      type: { operators: 'Text', field: 'type', description: 'By the type of its workers.' },
      isPaused: { operators: 'Boolean', field: 'isPaused', description: 'Whether no runs are taken from it.' },
      concurrencyLimit: {
        operators: 'NullableInt',
        field: 'concurrencyLimit',
        description: 'By how many of its runs may run at once; null where there is no limit.',
      },
      workQueues: { relation: 'workQueues', kind: 'WorkQueue', description: 'Some queue of the pool matches.' },
    },
  },
  WorkQueue: {
    of: 'work queues',
    fields: {
      ...NAMED_FIELDS,
      created: { operators: 'Time', field: 'created', description: 'By the time at which it was created.' },
      isPaused: { operators: 'Boolean', field: 'isPaused', description: 'Whether no runs are taken from it.' },
      concurrencyLimit: {
        operators: 'NullableInt',
        field: 'concurrencyLimit',
        description: 'By how many of its runs may run at once; null where there is no limit.',
      },
      priority: { operators: 'Int', field: 'priority', description: 'By priority; 1 is served first.' },
      lastPolled: {
        operators: 'Time',
        field: 'lastPolled',
        description: 'By the time at which a worker last asked for runs; null where none ever did.',
      },
      workPoolId: { operators: 'Id', field: 'workPoolId', description: 'By the id of the work pool.' },
      workPool: { relation: 'workPool', kind: 'WorkPool', description: 'By the work pool.' },
      deployments: {
        relation: 'deployments',
        kind: 'Deployment',
        description: 'Some deployment whose runs wait in the queue matches.',
      },
      flowRuns: { relation: 'flowRuns', kind: 'FlowRun', description: 'Some flow run of the queue matches.' },
    },
  },
  Log: {
    of: 'log lines',
    fields: {
      level: { operators: 'Int', field: 'level', description: 'By level; Python’s numbers.' },
      timestamp: { operators: 'Time', field: 'timestamp', description: 'By timestamp.' },
      name: { operators: 'Text', field: 'name', description: 'By the name of the logger.' },
      message: { operators: 'Text', field: 'message', description: 'By message.' },
      text: {
        operators: 'Prose',
        field: 'text',
        description: 'By a search in the message and the name of the logger.',
      },
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
