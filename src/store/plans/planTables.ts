import { NO_FLOW_RUN_POLICY, NO_TASK_RUN_POLICY } from '../../core/runs/run.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { flowRunsOfDeploymentName } from '../deployments/deploymentFlowRuns.ts';
import { DEPLOYMENT, DEPLOYMENT_ORDERS, deploymentsName, deploymentsOfFlowName } from '../deployments/deployments.ts';
import { FLOW, flowsName } from '../deployments/flows.ts';
import { FLOW_RUN } from '../flowRuns/flowRunRows.ts';
import { statesOfFlowRunName } from '../flowRuns/flowRunStates.ts';
import { flowRunsName, flowRunsOfFlowName } from '../flowRuns/flowRuns.ts';
import type { FilterTableName } from '../query/filterTables.ts';
import { FLOW_ORDERS, LOG_ORDERS, lineOrder, RUN_ORDERS, versionOrder } from '../query/sortOrders.ts';
import type { Order } from '../query/source.ts';
import { LOG, linesName, logsName } from '../runs/logs.ts';
import { detailsFromJson, FLOW_RUN_STATE, TASK_RUN_STATE } from '../runs/stateRows.ts';
import { TASK_RUN } from '../taskRuns/taskRunRows.ts';
import { statesOfTaskRunName } from '../taskRuns/taskRunStates.ts';
import { taskRunsName, taskRunsOfFlowRunName } from '../taskRuns/taskRuns.ts';

// The tables that read plans read, and how their rows belong together, as data.

export type PlanTableName = 'flow' | 'deployment' | 'flowRun' | 'taskRun' | 'flowRunState' | 'taskRunState' | 'log';

export interface PlanTable {
  /** The prefix of its statements' names. */
  name: string;
  table: string;
  /** The types of its columns in PostgreSQL, by field. */
  types: { readonly [field: string]: { readonly sql: string } };
  /** False if the rows are only reached from rows of the tenant. */
  hasTenant: boolean;
  /** The related row of each relation: its id is in the field `by`. */
  ones: { readonly [relation: string]: { to: PlanTableName; by: string } };
  lists: { readonly [list: string]: ChildList };
  /** Completes the JSON of columns that leave out what is at its default. */
  objects: { readonly [field: string]: (json: JsonObject) => object };
}

/** A list of rows in one of several orders. */
export interface PlanList {
  of: PlanTableName;
  /** Null if the list cannot be filtered. */
  filters: FilterTableName | null;
  orders: { readonly [sort: string]: Order<never> };
  /** The sort if the client names none. */
  sort: string;
}

export interface RootList extends PlanList {
  /** The name of the list and its order in cursors. */
  name: (sort: string) => string;
}

export interface ChildList extends PlanList {
  /** The field with the id of the parent. */
  parent: string;
  name: (parentId: string, sort: string) => string;
}

const flowRuns = { of: 'flowRun', filters: 'flowRun', orders: RUN_ORDERS, sort: 'ID_DESC' } as const;
const taskRuns = { of: 'taskRun', filters: 'taskRun', orders: RUN_ORDERS, sort: 'ID_DESC' } as const;
const deployments = { of: 'deployment', filters: 'deployment', orders: DEPLOYMENT_ORDERS, sort: 'ID_DESC' } as const;
const lines = { of: 'log', filters: 'log', orders: { NUMBER: lineOrder(false) }, sort: 'NUMBER' } as const;
const history = { filters: null, orders: { VERSION: versionOrder(false) }, sort: 'VERSION' } as const;

export const ROOT_LISTS = {
  flows: { of: 'flow', filters: 'flow', orders: FLOW_ORDERS, sort: 'ID_DESC', name: flowsName },
  deployments: { ...deployments, name: deploymentsName },
  flowRuns: { ...flowRuns, name: flowRunsName },
  taskRuns: { ...taskRuns, name: taskRunsName },
  logs: {
    of: 'log',
    filters: 'log',
    orders: LOG_ORDERS,
    sort: 'TIMESTAMP_ASC',
    name: (sort) => logsName(sort as 'TIMESTAMP_ASC'),
  },
} as const satisfies { [list: string]: RootList };

export const PLAN_TABLES: { readonly [Name in PlanTableName]: PlanTable } = {
  flow: {
    name: 'flows',
    table: 'flow',
    types: FLOW,
    hasTenant: true,
    ones: {},
    lists: {
      flowRuns: { ...flowRuns, parent: 'flowId', name: flowRunsOfFlowName },
      deployments: { ...deployments, parent: 'flowId', name: deploymentsOfFlowName },
    },
    objects: {},
  },
  deployment: {
    name: 'deployments',
    table: 'deployment',
    types: DEPLOYMENT,
    hasTenant: true,
    ones: { flow: { to: 'flow', by: 'flowId' } },
    lists: { flowRuns: { ...flowRuns, parent: 'deploymentId', name: flowRunsOfDeploymentName } },
    objects: {},
  },
  flowRun: {
    name: 'flowRuns',
    table: 'flow_run',
    types: FLOW_RUN,
    hasTenant: true,
    ones: {
      flow: { to: 'flow', by: 'flowId' },
      deployment: { to: 'deployment', by: 'deploymentId' },
      parentTaskRun: { to: 'taskRun', by: 'parentTaskRunId' },
      state: { to: 'flowRunState', by: 'stateId' },
    },
    lists: {
      states: { ...history, of: 'flowRunState', parent: 'flowRunId', name: statesOfFlowRunName },
      taskRuns: { ...taskRuns, parent: 'flowRunId', name: taskRunsOfFlowRunName },
      logs: { ...lines, parent: 'runId', name: (id) => linesName('flowRun', id) },
    },
    objects: { policy: (json) => ({ ...NO_FLOW_RUN_POLICY, ...json }) },
  },
  taskRun: {
    name: 'taskRuns',
    table: 'task_run',
    types: TASK_RUN,
    hasTenant: true,
    ones: { flowRun: { to: 'flowRun', by: 'flowRunId' }, state: { to: 'taskRunState', by: 'stateId' } },
    lists: {
      states: { ...history, of: 'taskRunState', parent: 'taskRunId', name: statesOfTaskRunName },
      logs: { ...lines, parent: 'taskRunId', name: (id) => linesName('taskRun', id) },
    },
    objects: { policy: (json) => ({ ...NO_TASK_RUN_POLICY, ...json }) },
  },
  flowRunState: {
    name: 'flowRunStates',
    table: 'flow_run_state',
    types: FLOW_RUN_STATE,
    hasTenant: false,
    ones: { flowRun: { to: 'flowRun', by: 'flowRunId' } },
    lists: {},
    objects: { details: detailsFromJson },
  },
  taskRunState: {
    name: 'taskRunStates',
    table: 'task_run_state',
    types: TASK_RUN_STATE,
    hasTenant: false,
    ones: { taskRun: { to: 'taskRun', by: 'taskRunId' } },
    lists: {},
    objects: { details: detailsFromJson },
  },
  log: {
    name: 'logs',
    table: 'log',
    types: LOG,
    hasTenant: true,
    ones: { flowRun: { to: 'flowRun', by: 'flowRunId' }, taskRun: { to: 'taskRun', by: 'taskRunId' } },
    lists: {},
    objects: {},
  },
};
