import { type RawBuilder, sql } from 'kysely';
import type { FieldKind } from './fieldKinds.ts';

// The fields and relations that filters can use, as data. To add one, add its row here. A field is the column with its name
// in snake_case, unless the row has an expression.

/** Returns the column of a field: `x.start_time` inside a statement, `page."startTime"` around it. */
export type ColumnOf = (field: string) => RawBuilder<unknown>;
export type Expression = (columnOf: ColumnOf) => RawBuilder<unknown>;

/** A column, an expression over columns, or a field of the related row. */
export type FilterField = { kind: FieldKind; sql?: Expression; listed?: TagTable } | { through: string; field: string };

/** A table with a row for each tag of each row. */
export interface TagTable {
  table: string;
  /** The field with the id of the row. */
  id: string;
}

export interface FilterRelation {
  to: FilterTableName;
  /** The joined fields: one of this table, one of the related table. */
  ours: string;
  theirs: string;
}

export interface FilterTable {
  table: string;
  fields: { readonly [field: string]: FilterField };
  relations: { readonly [relation: string]: FilterRelation };
}

export type FilterTableName =
  | 'flow'
  | 'deployment'
  | 'workPool'
  | 'workQueue'
  | 'concurrencyLimit'
  | 'flowRun'
  | 'taskRun'
  | 'log';

/** When a run started, or is expected to start. There is an index on this expression. */
export const effectiveStartTime: Expression = (columnOf) =>
  sql`coalesce(${columnOf('startTime')}, ${columnOf('expectedStartTime')})`;

export const FLOW_RUN_TAGS: TagTable = { table: 'flow_run_tag', id: 'flowRunId' };

const uuid: FilterField = { kind: 'uuid' };
const text: FilterField = { kind: 'text' };
const time: FilterField = { kind: 'time' };
const int: FilterField = { kind: 'int' };
const bool: FilterField = { kind: 'bool' };
const tags = { kind: 'tags' } as const satisfies FilterField;
const stateType: FilterField = { kind: 'stateType' };
/** Prefect 3 clients filter by the names of queues. Null if there is no queue. */
const workQueueName: FilterField = { through: 'workQueue', field: 'name' };

const own = (to: FilterTableName, ours: string): FilterRelation => ({ to, ours, theirs: 'id' });
const many = (to: FilterTableName, theirs: string): FilterRelation => ({ to, ours: 'id', theirs });

export const FILTER_TABLES: { readonly [Name in FilterTableName]: FilterTable } = {
  flow: {
    table: 'flow',
    fields: { id: uuid, name: text, tags, created: time },
    relations: { flowRuns: many('flowRun', 'flowId'), deployments: many('deployment', 'flowId') },
  },
  deployment: {
    table: 'deployment',
    fields: {
      id: uuid,
      flowId: uuid,
      workQueueId: uuid,
      workQueueName,
      name: text,
      tags,
      created: time,
      version: text,
      paused: bool,
      concurrencyLimit: { through: 'concurrencyLimit', field: 'limit' },
    },
    relations: {
      flow: own('flow', 'flowId'),
      workQueue: own('workQueue', 'workQueueId'),
      concurrencyLimit: own('concurrencyLimit', 'concurrencyLimitId'),
      flowRuns: many('flowRun', 'deploymentId'),
    },
  },
  workPool: {
    table: 'work_pool',
    fields: { id: uuid, name: text, type: text, isPaused: bool, concurrencyLimit: int, created: time },
    relations: { workQueues: many('workQueue', 'workPoolId') },
  },
  workQueue: {
    table: 'work_queue',
    fields: {
      id: uuid,
      workPoolId: uuid,
      name: text,
      isPaused: bool,
      concurrencyLimit: int,
      priority: int,
      lastPolled: time,
      created: time,
    },
    relations: {
      workPool: own('workPool', 'workPoolId'),
      deployments: many('deployment', 'workQueueId'),
      flowRuns: many('flowRun', 'workQueueId'),
    },
  },
  concurrencyLimit: { table: 'concurrency_limit', fields: { limit: int }, relations: {} },
  flowRun: {
    table: 'flow_run',
    fields: {
      id: uuid,
      flowId: uuid,
      deploymentId: uuid,
      parentTaskRunId: uuid,
      parentFlowRunId: { through: 'parentTaskRun', field: 'flowRunId' },
      workQueueId: uuid,
      workQueueName,
      name: text,
      tags: { ...tags, listed: FLOW_RUN_TAGS },
      stateType,
      stateName: text,
      flowVersion: text,
      idempotencyKey: text,
      autoScheduled: bool,
      created: time,
      startTime: time,
      effectiveStartTime: { kind: 'time', sql: effectiveStartTime },
      expectedStartTime: time,
      nextScheduledStartTime: time,
      endTime: time,
    },
    relations: {
      flow: own('flow', 'flowId'),
      deployment: own('deployment', 'deploymentId'),
      workQueue: own('workQueue', 'workQueueId'),
      parentTaskRun: own('taskRun', 'parentTaskRunId'),
      taskRuns: many('taskRun', 'flowRunId'),
    },
  },
  taskRun: {
    table: 'task_run',
    fields: {
      id: uuid,
      flowRunId: uuid,
      name: text,
      taskKey: text,
      dynamicKey: text,
      tags: { ...tags, listed: { table: 'task_run_tag', id: 'taskRunId' } },
      stateType,
      stateName: text,
      created: time,
      startTime: time,
      expectedStartTime: time,
      nextScheduledStartTime: time,
      endTime: time,
    },
    relations: { flowRun: own('flowRun', 'flowRunId'), subflowRuns: many('flowRun', 'parentTaskRunId') },
  },
  log: {
    table: 'log',
    fields: {
      level: int,
      timestamp: time,
      flowRunId: uuid,
      taskRunId: uuid,
      name: text,
      message: text,
      text: { kind: 'prose', sql: (columnOf) => sql`(${columnOf('message')} || ' ' || ${columnOf('name')})` },
    },
    relations: { flowRun: own('flowRun', 'flowRunId'), taskRun: own('taskRun', 'taskRunId') },
  },
};
