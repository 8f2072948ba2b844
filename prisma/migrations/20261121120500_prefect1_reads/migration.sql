-- What Prisma cannot say: indexes of the reads of Prefect 1 clients, over the rows that such clients see.

-- prefect1.flow_run.rows: the newest runs, those that are due next, those that began last; also by flow, for dashboards.
create index flow_run_prefect1_created_idx on flow_run (created) where scheduled_start_time is not null;
create index flow_run_prefect1_scheduled_idx on flow_run (scheduled_start_time) where scheduled_start_time is not null;
create index flow_run_prefect1_started_idx on flow_run (start_time)
  where scheduled_start_time is not null and start_time is not null;
create index flow_run_prefect1_flow_idx on flow_run (flow_id, scheduled_start_time) where scheduled_start_time is not null;
-- prefect1.flow_run.rows and .measures: dashboards ask for the runs of a state, every few seconds.
create index flow_run_prefect1_state_idx on flow_run (prefect1_state, scheduled_start_time)
  where scheduled_start_time is not null;

-- prefect1.flow_run.of_agent_id, and what deleting an agent looks for.
create index flow_run_agent_id_idx on flow_run (agent_id) where agent_id is not null;

-- prefect1.task_run.rows: what a runner may use again.
create index task_run_prefect1_cached_idx on task_run (cache_key, state_timestamp) where prefect1_state = 'Cached';
