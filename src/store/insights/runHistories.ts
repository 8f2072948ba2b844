import { sql } from 'kysely';
import type { Filter } from '../../core/filters/filter.ts';
import { type HistoryRequest, historyBuckets } from '../../core/insights/historyBuckets.ts';
import { STATE_TYPES, type StateType } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Queryable } from '../connection/database.ts';
import { FILTER_TABLES } from '../query/filterTables.ts';
import { runStatement } from '../query/runStatement.ts';
import { tenantWhere } from '../query/tenantWhere.ts';
import { latenessSql, moment, runTimeSql } from './runMeasures.ts';

/** The runs with an expected start in an interval, by their current states. */
export interface HistoryBucket {
  start: Instant;
  end: Instant;
  states: HistoryState[];
}

export interface HistoryState {
  type: StateType;
  name: string;
  count: number;
  sumRunTimeSeconds: number;
  sumLatenessSeconds: number;
}

/** State names are free text, so only this bounds the answer. Nine types in 500 intervals are 4,500. */
export const MAX_HISTORY_STATES = 20_000;

export interface HistoryList extends HistoryRequest {
  filter: Filter;
  now: Instant;
}

/**
 * Counts the runs in each interval and state. Runs without an expected start time are not counted.
 * Source: Prefect 3, server/api/run_history.py.
 */
const runHistory =
  (of: 'flowRun' | 'taskRun') =>
  async (database: Queryable, tenantId: string, { filter, now, ...request }: HistoryList): Promise<HistoryBucket[]> => {
    const { starts, intervalMicroseconds } = historyBuckets(request);
    if (starts.length === 0) return [];
    // Reads one range of the index on expected_start_time and groups it; intervals without runs are added here.
    const found = await runStatement<HistoryState & { start: Instant }>(
      database,
      `${of}s.history`,
      // Materialized: if PostgreSQL sees the limit, it sorts all runs in order to return the first groups sooner.
      sql`
        with counted as materialized (
          select
            date_bin(${`${intervalMicroseconds} microseconds`}::interval, x.expected_start_time, ${moment(request.start)}) as start,
            x.state_type as type, x.state_name as name, count(*) as count,
            sum(${runTimeSql(now)}) as "sumRunTimeSeconds", sum(${latenessSql(now)}) as "sumLatenessSeconds"
          from ${sql.table(FILTER_TABLES[of].table)} as x
          where x.expected_start_time >= ${moment(request.start)} and x.expected_start_time < ${moment(request.end)}
            and ${tenantWhere(of, tenantId, filter)}
          group by 1, 2, 3
        )
        select * from counted limit ${MAX_HISTORY_STATES + 1}::bigint`,
    );
    if (found.length > MAX_HISTORY_STATES)
      throw new Problem(
        'LIMIT_EXCEEDED',
        `A history has ${MAX_HISTORY_STATES} counts at most. Ask for longer intervals, less time or fewer states.`,
      );
    const buckets = starts.map((start): HistoryBucket => ({ start, end: start + intervalMicroseconds, states: [] }));
    found.sort(byState);
    // Rounded, because microseconds after the year 2255 exceed 2^53.
    for (const { start, ...state } of found)
      buckets[Math.round((start - request.start) / intervalMicroseconds)]?.states.push(state);
    return buckets;
  };

// Sorted here, because an order in the statement has the same effect as a limit.
const byState = (one: HistoryState, other: HistoryState) =>
  STATE_TYPES.indexOf(one.type) - STATE_TYPES.indexOf(other.type) || (one.name < other.name ? -1 : 1);

export const flowRunHistory = runHistory('flowRun');
export const taskRunHistory = runHistory('taskRun');
