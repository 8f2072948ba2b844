import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { Log } from '../../core/runs/run.ts';
import { formatInstant } from '../../core/values/instant.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import { type Queryable, statement, type Transaction } from '../connection/database.ts';
import { integerArray, smallintArray, textArray, timeArray, uuidArray } from '../query/binaryArrays.ts';
import { BIGINT, type ColumnTypes, JSONB, pick, SMALLINT, TEXT, TIME, UUID } from '../query/columnTypes.ts';
import { tenantRows } from '../query/listRows.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts, readCount } from '../query/readCounts.ts';
import { readChildPages, readPage } from '../query/readPages.ts';
import { selectList } from '../query/selectList.ts';
import { LOG_ORDERS, type LogSort, lineOrder } from '../query/sortOrders.ts';
import type { Source } from '../query/source.ts';
import { takenNumbers } from './runCounters.ts';

export const LOG: ColumnTypes<Log> = {
  id: UUID,
  number: BIGINT,
  flowRunId: UUID,
  taskRunId: UUID,
  timestamp: TIME,
  level: SMALLINT,
  name: TEXT,
  message: TEXT,
};
export const logColumns = selectList(LOG);

const LOGS: Source<Log, Log> = {
  name: 'logs',
  table: 'log',
  ofTenant: 'x.tenant_id = $2',
  columns: logColumns,
  wide: [],
  fromRow: (row) => row,
};

export const logsById = readById(LOGS);

/** The names of the lists in cursors. */
export const logsName = (sort: LogSort): string => `logs.${sort}`;
export const linesName = (of: LogParent, runId: string): string => `${of}Logs:${runId}`;

export interface LogList {
  filter?: Filter;
  sort?: LogSort;
  page?: PageRequest;
}

/** Log lines of any runs, by time. */
export const logPage = (
  database: Queryable,
  tenantId: string,
  { filter = EVERYTHING, sort = 'TIMESTAMP_ASC', page = {} }: LogList,
): Promise<Page<Log>> =>
  readPage(database, LOGS, {
    list: logsName(sort),
    rows: tenantRows('log', tenantId, filter),
    order: LOG_ORDERS[sort],
    page,
  });

/** Exact, or `atMost` if there are at least that many. */
export const logCount = (
  database: Queryable,
  tenantId: string,
  filter: Filter = EVERYTHING,
  atMost: number | null = null,
): Promise<number> => readCount(database, LOGS, tenantRows('log', tenantId, filter), atMost);

/**
 * The parents of log lines. The lines of a flow run are found by `run_id`, whose index includes their number; the lines of a
 * task run by `task_run_id`, because they share the numbers of its flow run.
 */
const PARENTS = {
  flowRun: { parent: 'runId', parentOf: ({ flowRunId }: Log) => flowRunId },
  taskRun: { parent: 'taskRunId', parentOf: ({ taskRunId }: Log) => taskRunId },
} as const;
export type LogParent = keyof typeof PARENTS;

export interface LineList {
  filter?: Filter;
  newestFirst?: boolean;
  page?: PageRequest;
}

/** The log lines of flow runs, or of task runs, by number. */
export const logsOf = (
  database: Queryable,
  tenantId: string,
  of: LogParent,
  runIds: readonly string[],
  { filter = EVERYTHING, newestFirst = false, page = {} }: LineList,
): Promise<Map<string, Page<Log>>> =>
  readChildPages(database, LOGS, runIds, {
    ...PARENTS[of],
    list: (id) => linesName(of, id),
    rows: tenantRows('log', tenantId, filter),
    order: lineOrder(newestFirst),
    page,
  });

export const logCountsOf = (
  database: Queryable,
  tenantId: string,
  of: LogParent,
  runIds: readonly string[],
  filter: Filter,
  atMost: number,
): Promise<Map<string, number>> =>
  readChildCounts(database, LOGS, runIds, PARENTS[of].parent, tenantRows('log', tenantId, filter), atMost);

/** The run of a log line. */
export interface LogRun {
  id: string;
  tenantId: string;
  /** For a task run, the flow run that it belongs to. */
  flowRunId: string | null;
}

// The lock keeps the run from being deleted, so that no line outlives its run. It is shared and does not block moves.
const FLOW_RUNS = statement(
  'logs.flowRuns',
  'select id, tenant_id as "tenantId", id as "flowRunId" from flow_run where id = any($1::uuid[]) order by id for key share',
);
const TASK_RUNS = statement(
  'logs.taskRuns',
  `select id, tenant_id as "tenantId", flow_run_id as "flowRunId" from task_run where id = any($1::uuid[])
   order by id for key share`,
);

/** Locks the runs that log lines name, and returns them by id. */
export async function runsOfLogs(
  transaction: Queryable,
  flowRunIds: readonly string[],
  taskRunIds: readonly string[],
): Promise<Map<string, LogRun>> {
  const runs = await Promise.all([
    flowRunIds.length === 0 ? [] : transaction.query<LogRun>(FLOW_RUNS, [flowRunIds]),
    taskRunIds.length === 0 ? [] : transaction.query<LogRun>(TASK_RUNS, [taskRunIds]),
  ]);
  return new Map(runs.flat().map((run) => [run.id, run]));
}

const KNOWN = statement('logs.known', 'select id from log where id = any($1::uuid[])');

/** Returns which of these log lines are stored already. */
export async function knownLogs(transaction: Queryable, ids: readonly string[]): Promise<Set<string>> {
  const rows = await transaction.query<{ id: string }>(KNOWN, [ids]);
  return new Set(rows.map(({ id }) => id));
}

/** Where a line is stored. */
export interface LogPlace {
  tenantId: string;
  /** The run that numbers the line: its flow run, or its task run if that has no flow run. */
  runId: string;
  flowRunId: string | null;
  taskRunId: string | null;
}

/** A log line without a number, which it gets when it is stored. */
export interface NewLog extends Omit<Log, 'number' | 'flowRunId' | 'taskRunId'> {
  place: LogPlace;
  /** What a Prefect 1 client adds to a line. */
  info: Json;
}

// `unnest` is in the select list, because PostgreSQL stores the rows of each function in FROM before it reads them. The numbers
// come from an array, so that there is no join, which a generic plan may make a nested loop.
const INSERT = statement(
  'logs.insert',
  `with ${takenNumbers('logs', 'select * from unnest($1::uuid[], $2::int8[])')}
   insert into log (id, tenant_id, run_id, flow_run_id, task_run_id, timestamp, level, name, message, info, number)
   select id, ($3::uuid[])[run], coalesce(flow_run_id, task_run_id), flow_run_id, task_run_id, timestamp, level, name,
     message, info, (select array_agg(last order by run_id) from taken)[run] - behind
   from (
     select unnest($4::int4[]) as run, unnest($5::int4[]) as behind, unnest($6::uuid[]) as id,
       unnest($7::uuid[]) as flow_run_id, unnest($8::uuid[]) as task_run_id, unnest($9::timestamptz[]) as timestamp,
       unnest($10::int2[]) as level, unnest($11::text[]) as name, unnest($12::text[]) as message,
       unnest($13::jsonb[]) as info
   ) line`,
);

/** Sends log lines to be stored; each gets the next number of its run. */
export function insertLogs(transaction: Transaction, logs: readonly NewLog[]): void {
  const { runs, places, behind } = runsInOrder(logs);
  transaction.send(INSERT, [
    runs.map(({ runId }) => runId),
    runs.map(({ lines }) => lines),
    runs.map(({ tenantId }) => tenantId),
    integerArray(places),
    integerArray(behind),
    uuidArray(logs.map(({ id }) => id)),
    uuidArray(logs.map(({ place }) => place.flowRunId)),
    uuidArray(logs.map(({ place }) => place.taskRunId)),
    timeArray(logs.map(({ timestamp }) => timestamp)),
    smallintArray(logs.map(({ level }) => level)),
    textArray(logs.map(({ name }) => name)),
    textArray(logs.map(({ message }) => message)),
    logs.map(({ info }) => JSONB.encode(info)),
  ]);
}

/**
 * The runs of log lines in the order of their ids, as all locks are taken; the place of each line's run among them, from 1; and
 * how many lines of the same run come after each line: its number is the run's last number less those.
 */
function runsInOrder(logs: readonly NewLog[]) {
  const byId = new Map<string, { runId: string; tenantId: string; lines: number; place: number }>();
  const ofLines = logs.map(({ place: { runId, tenantId } }) => {
    const known = byId.get(runId);
    const run = known ?? { runId, tenantId, lines: 0, place: 0 };
    if (!known) byId.set(runId, run);
    run.lines += 1;
    return { run, line: run.lines };
  });
  const runs = [...byId.values()].sort((a, b) => (a.runId < b.runId ? -1 : 1));
  runs.forEach((run, index) => {
    run.place = index + 1;
  });
  return {
    runs,
    places: ofLines.map(({ run }) => run.place),
    behind: ofLines.map(({ run, line }) => run.lines - line),
  };
}

export type TimedLine = Pick<Log, (typeof TIMED_FIELDS)[number]>;
const TIMED_FIELDS = ['number', 'timestamp', 'level', 'flowRunId', 'taskRunId', 'message'] as const;

/** How much one read returns. It returns at least one line, however long. */
export interface ReadSize {
  rows: number;
  bytes: number;
}

const LAST = statement('logs.lastNumber', 'select logs as last from run_counter where run_id = $1');

// A line is within the limit if the lines before it are, so the first line always is. Its own bytes need not be read.
const BY_TIME = statement(
  'logs.byTime',
  `select ${selectList(pick(LOG, TIMED_FIELDS))('line')} from (
     select line.*, sum(octet_length(message)) over stretch - octet_length(message) as bytes_before from (
       select * from log where run_id = $1 and number <= $2 and (timestamp, number) > ($3::timestamptz, $4::int8)
       order by timestamp, number limit $5
     ) line window stretch as (order by timestamp, number)
   ) line where bytes_before <= $6 order by timestamp, number`,
);

/**
 * The log lines that a flow run has now, in chunks, by time and then by number. No connection is held between two reads, so
 * a slow reader blocks no one. Lines that are written during the reads are left out.
 */
export async function* linesByTime(
  database: Queryable,
  flowRunId: string,
  size: ReadSize,
): AsyncGenerator<TimedLine[], void, void> {
  const [counter] = await database.query<{ last: number }>(LAST, [flowRunId]);
  const last = counter?.last ?? 0;
  let after = { timestamp: '-infinity', number: 0 };
  for (;;) {
    const values = [flowRunId, last, after.timestamp, after.number, size.rows, size.bytes];
    const lines = await database.query<TimedLine>(BY_TIME, values);
    const end = lines.at(-1);
    if (!end) return;
    yield lines;
    after = { timestamp: formatInstant(end.timestamp), number: end.number };
  }
}
