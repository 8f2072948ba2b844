import { type RawBuilder, sql } from 'kysely';
import type { FieldKind } from './fieldKinds.ts';

// What can be filtered by, as data: to make a field or a relation known to filters, add its row here. A field is the
// column of its name in snake_case, unless it says what else.

/** Gives the column of a field: `x.start_time` inside a statement, `page."startTime"` around it. */
export type ColumnOf = (field: string) => RawBuilder<unknown>;
export type Expression = (columnOf: ColumnOf) => RawBuilder<unknown>;

export interface FilterField {
  kind: FieldKind;
  /** Where the field is not a column. */
  sql?: Expression;
}

export interface FilterRelation {
  to: FilterTableName;
  /** The fields that are equal: one of this table, one of the related table. */
  ours: string;
  theirs: string;
}

export interface FilterTable {
  table: string;
  fields: { readonly [field: string]: FilterField };
  relations: { readonly [relation: string]: FilterRelation };
}

export type FilterTableName = 'flow' | 'deployment' | 'flowRun' | 'taskRun' | 'log';

/** When a run began, or else is expected to. An index is on this very expression. */
export const effectiveStartTime: Expression = (columnOf) =>
  sql`coalesce(${columnOf('startTime')}, ${columnOf('expectedStartTime')})`;

const uuid: FilterField = { kind: 'uuid' };
const text: FilterField = { kind: 'text' };
const time: FilterField = { kind: 'time' };
const tags: FilterField = { kind: 'tags' };
const stateType: FilterField = { kind: 'stateType' };

const own = (to: FilterTableName, ours: string): FilterRelation => ({ to, ours, theirs: 'id' });
const many = (to: FilterTableName, theirs: string): FilterRelation => ({ to, ours: 'id', theirs });

export const FILTER_TABLES: { readonly [Name in FilterTableName]: FilterTable } = {
  flow: {
    table: 'flow',
    fields: { id: uuid, name: text, tags },
    relations: { flowRuns: many('flowRun', 'flowId'), deployments: many('deployment', 'flowId') },
  },
  deployment: {
    table: 'deployment',
    fields: { id: uuid, flowId: uuid, name: text, tags },
    relations: { flow: own('flow', 'flowId'), flowRuns: many('flowRun', 'deploymentId') },
  },
  flowRun: {
    table: 'flow_run',
    fields: {
      id: uuid,
      flowId: uuid,
      deploymentId: uuid,
      parentTaskRunId: uuid,
      name: text,
      tags,
      stateType,
      stateName: text,
      flowVersion: text,
      idempotencyKey: text,
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
      tags,
      stateType,
      stateName: text,
      startTime: time,
      expectedStartTime: time,
      nextScheduledStartTime: time,
      endTime: time,
    },
    relations: { flowRun: own('flowRun', 'flowRunId'), subflowRuns: many('flowRun', 'parentTaskRunId') },
  },
  log: {
    table: 'log',
    fields: { level: { kind: 'int' }, timestamp: time, flowRunId: uuid, taskRunId: uuid, name: text, message: text },
    relations: { flowRun: own('flowRun', 'flowRunId'), taskRun: own('taskRun', 'taskRunId') },
  },
};
