// What hangs on flow runs by their ids alone. Logs, counters and cached states refer to nothing, so that they can be written
// fast and dropped by partition; whoever deletes runs deletes these with them.

/** Steps of a `with` statement that has named the doomed flow runs before: `runs(id)`. */
export const LEFT_BY_RUNS = `left_logs as (delete from log where run_id in (select id from runs)),
     left_counters as (delete from run_counter where run_id in (select id from runs))`;
