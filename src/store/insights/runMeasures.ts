import { type RawBuilder, sql } from 'kysely';
import type { Filter } from '../../core/filters/filter.ts';
import { FINAL_STATE_TYPES } from '../../core/runs/state.ts';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import type { Queryable } from '../connection/database.ts';
import { columnsOf } from '../query/compileFilter.ts';
import { runStatement } from '../query/runStatement.ts';
import { tenantWhere } from '../query/tenantWhere.ts';

// The SQL form of core/rules/lateness.ts, for many runs. A test compares the two.

const x = columnsOf('x');
const secondsBetween = (from: RawBuilder<unknown>, to: RawBuilder<unknown>) =>
  sql<number>`greatest(0, date_part('epoch', ${to} - ${from}))`;

/** The estimated run time of the run `x`, in seconds. */
export const runTimeSql = (now: Instant): RawBuilder<number> => sql`
  ${x('totalRunTimeSeconds')} + case ${x('stateType')}
    when 'RUNNING' then ${secondsBetween(x('stateTimestamp'), moment(now))} else 0 end`;

/** How much later than expected the run `x` started, or how long it has been late, in seconds. */
export const latenessSql = (now: Instant): RawBuilder<number> => sql`
  case
    when ${x('expectedStartTime')} is null then 0
    when ${x('startTime')} is not null then ${secondsBetween(x('expectedStartTime'), x('startTime'))}
    when ${x('stateType')} = any(${sql.val(FINAL_STATE_TYPES)}::state_type[]) then 0
    else ${secondsBetween(x('expectedStartTime'), moment(now))}
  end`;

export const moment = (instant: Instant) => sql`${formatInstant(instant)}::timestamptz`;

/** Returns the average in seconds, counting punctual runs as 0; null if no run matches. */
export async function averageFlowRunLateness(
  database: Queryable,
  tenantId: string,
  filter: Filter,
  now: Instant,
): Promise<number | null> {
  const [row] = await runStatement<{ average: number | null }>(
    database,
    'flowRuns.averageLateness',
    sql`select avg(${latenessSql(now)}) as average from flow_run as x where ${tenantWhere('flowRun', tenantId, filter)}`,
  );
  return row?.average ?? null;
}
