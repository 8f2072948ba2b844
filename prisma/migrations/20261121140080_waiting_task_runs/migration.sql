-- taskRuns.waiting: background task runs that wait for a worker, those first that are due for the longest time.
CREATE INDEX "task_run_waiting_idx" ON "task_run" ("tenant_id", "task_key", "next_scheduled_start_time", "id")
WHERE "flow_run_id" IS NULL AND "state_type" = 'SCHEDULED';
