import type { FlowRunInput, Log, Run } from '../../core/runs/run.ts';
import type { State } from '../../core/runs/state.ts';
import { effectiveStartTime } from './filterTables.ts';
import { columnKey, type Order, type SortKey } from './source.ts';

export type RunSort =
  | 'ID_DESC'
  | 'ID_ASC'
  | 'START_TIME_ASC'
  | 'START_TIME_DESC'
  | 'EXPECTED_START_TIME_ASC'
  | 'EXPECTED_START_TIME_DESC'
  | 'NAME_ASC'
  | 'NAME_DESC'
  | 'NEXT_SCHEDULED_START_TIME_ASC'
  | 'END_TIME_DESC';

const id = columnKey('id', 'uuid');
const name = columnKey('name', 'text');
const expectedStartTime = columnKey('expectedStartTime', 'time', true);
const start: SortKey<Pick<Run, 'startTime' | 'expectedStartTime'>> = {
  kind: 'time',
  nullable: true,
  sql: effectiveStartTime,
  of: ({ startTime, expectedStartTime }) => startTime ?? expectedStartTime,
  fields: ['startTime', 'expectedStartTime'],
};

export const RUN_ORDERS: { readonly [Sort in RunSort]: Order<Run> } = {
  ID_DESC: { keys: [id], descending: true },
  ID_ASC: { keys: [id], descending: false },
  START_TIME_ASC: { keys: [start, id], descending: false },
  START_TIME_DESC: { keys: [start, id], descending: true },
  EXPECTED_START_TIME_ASC: { keys: [expectedStartTime, id], descending: false },
  EXPECTED_START_TIME_DESC: { keys: [expectedStartTime, id], descending: true },
  NAME_ASC: { keys: [name, id], descending: false },
  NAME_DESC: { keys: [name, id], descending: true },
  NEXT_SCHEDULED_START_TIME_ASC: { keys: [columnKey('nextScheduledStartTime', 'time', true), id], descending: false },
  END_TIME_DESC: { keys: [columnKey('endTime', 'time', true), id], descending: true },
};

export type FlowSort = 'ID_DESC' | 'ID_ASC' | 'NAME_ASC' | 'NAME_DESC';

export const FLOW_ORDERS: { readonly [Sort in FlowSort]: Order<{ id: string; name: string }> } = {
  ID_DESC: { keys: [id], descending: true },
  ID_ASC: { keys: [id], descending: false },
  NAME_ASC: { keys: [name, id], descending: false },
  NAME_DESC: { keys: [name, id], descending: true },
};

export type LogSort = 'TIMESTAMP_ASC' | 'TIMESTAMP_DESC';

const timestamp = columnKey('timestamp', 'time');
export const LOG_ORDERS: { readonly [Sort in LogSort]: Order<Log> } = {
  TIMESTAMP_ASC: { keys: [timestamp, id], descending: false },
  TIMESTAMP_DESC: { keys: [timestamp, id], descending: true },
};

/** The log lines of one run, in commit order. */
export const lineOrder = (descending: boolean): Order<Log> => (descending ? LAST_LINES : FIRST_LINES);
const FIRST_LINES: Order<Log> = { keys: [columnKey('number', 'int')], descending: false };
const LAST_LINES: Order<Log> = { ...FIRST_LINES, descending: true };

export const versionOrder = (descending: boolean): Order<State> => (descending ? LAST_STATES : FIRST_STATES);
const FIRST_STATES: Order<State> = { keys: [columnKey('version', 'int')], descending: false };
const LAST_STATES: Order<State> = { ...FIRST_STATES, descending: true };

export const INPUT_ORDER: Order<FlowRunInput> = { keys: [columnKey('created', 'time'), id], descending: false };
