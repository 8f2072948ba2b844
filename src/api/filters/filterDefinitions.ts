import {
  CONCURRENCY_LIMIT,
  CREATED,
  type FilterDefinition,
  type FilterKind,
  NAMED_FIELDS,
  QUEUED_FIELDS,
  TAG_FIELDS,
} from './filterFields.ts';
import { FLOW_RUN_FILTER, TASK_RUN_FILTER } from './runFilterDefinitions.ts';

// The fields by which lists can be filtered, one row for each input field. filterInputType.ts builds the GraphQL inputs
// from these tables, and toFilter.ts converts their values to filter trees.

export const FILTER_DEFINITIONS: { readonly [Kind in FilterKind]: FilterDefinition } = {
  FlowRun: FLOW_RUN_FILTER,
  TaskRun: TASK_RUN_FILTER,
  Flow: {
    of: 'flows',
    fields: {
      ...NAMED_FIELDS,
      ...TAG_FIELDS,
      created: { operators: 'Time', field: 'created', description: CREATED },
      flowRuns: { relation: 'flowRuns', kind: 'FlowRun', description: 'At least one flow run of the flow matches.' },
      deployments: {
        relation: 'deployments',
        kind: 'Deployment',
        description: 'At least one deployment of the flow matches. `{}` requires that there is one.',
      },
    },
  },
  Deployment: {
    of: 'deployments',
    fields: {
      ...NAMED_FIELDS,
      ...TAG_FIELDS,
      created: { operators: 'Time', field: 'created', description: CREATED },
      version: { operators: 'NullableText', field: 'version', description: 'Filters by version.' },
      paused: {
        operators: 'Boolean',
        field: 'paused',
        description: 'Filters by whether the schedules of the deployment are paused.',
      },
      concurrencyLimit: {
        operators: 'NullableInt',
        field: 'concurrencyLimit',
        description: CONCURRENCY_LIMIT,
      },
      flowId: { operators: 'Id', field: 'flowId', description: 'Filters by the id of the flow.' },
      flow: { relation: 'flow', kind: 'Flow', description: 'Filters by the flow.' },
      ...QUEUED_FIELDS,
      flowRuns: {
        relation: 'flowRuns',
        kind: 'FlowRun',
        description: 'At least one flow run of the deployment matches.',
      },
    },
  },
  WorkPool: {
    of: 'work pools',
    fields: {
      ...NAMED_FIELDS,
      created: { operators: 'Time', field: 'created', description: CREATED },
      type: {
        operators: 'Text',
        field: 'type',
        description:
          'Filters by the type of the work pool, which is the kind of infrastructure that its workers start.',
      },
      isPaused: { operators: 'Boolean', field: 'isPaused', description: 'Filters by whether the work pool is paused.' },
      concurrencyLimit: {
        operators: 'NullableInt',
        field: 'concurrencyLimit',
        description: CONCURRENCY_LIMIT,
      },
      workQueues: {
        relation: 'workQueues',
        kind: 'WorkQueue',
        description: 'At least one queue of the work pool matches.',
      },
    },
  },
  WorkQueue: {
    of: 'work queues',
    fields: {
      ...NAMED_FIELDS,
      created: { operators: 'Time', field: 'created', description: CREATED },
      isPaused: {
        operators: 'Boolean',
        field: 'isPaused',
        description: 'Filters by whether the work queue is paused.',
      },
      concurrencyLimit: {
        operators: 'NullableInt',
        field: 'concurrencyLimit',
        description: CONCURRENCY_LIMIT,
      },
      priority: {
        operators: 'Int',
        field: 'priority',
        description: 'Filters by priority. Priority 1 is served first.',
      },
      lastPolled: {
        operators: 'Time',
        field: 'lastPolled',
        description: 'Filters by the time at which a worker last polled the queue; null if none has.',
      },
      workPoolId: { operators: 'Id', field: 'workPoolId', description: 'Filters by the id of the work pool.' },
      workPool: { relation: 'workPool', kind: 'WorkPool', description: 'Filters by the work pool.' },
      deployments: {
        relation: 'deployments',
        kind: 'Deployment',
        description: 'At least one deployment whose flow runs use the work queue matches.',
      },
      flowRuns: {
        relation: 'flowRuns',
        kind: 'FlowRun',
        description: 'At least one flow run in the work queue matches.',
      },
    },
  },
  Log: {
    of: 'log lines',
    fields: {
      level: {
        operators: 'Int',
        field: 'level',
        description: 'Filters by level, as in Python: 10 debug, 20 info, 30 warning, 40 error, 50 critical.',
      },
      timestamp: { operators: 'Time', field: 'timestamp', description: 'Filters by timestamp.' },
      name: { operators: 'Text', field: 'name', description: 'Filters by the name of the logger.' },
      message: { operators: 'Text', field: 'message', description: 'Filters by message.' },
      text: {
        operators: 'Prose',
        field: 'text',
        description: 'Searches the message and the name of the logger.',
      },
      flowRunId: { operators: 'NullableId', field: 'flowRunId', description: 'Filters by the id of the flow run.' },
      flowRun: {
        relation: 'flowRun',
        kind: 'FlowRun',
        description: 'Filters by the flow run. Log lines without one do not match.',
      },
      taskRunId: { operators: 'NullableId', field: 'taskRunId', description: 'Filters by the id of the task run.' },
      taskRun: {
        relation: 'taskRun',
        kind: 'TaskRun',
        description: 'Filters by the task run. Log lines without one do not match.',
      },
    },
  },
};
