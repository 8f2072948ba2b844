-- CreateIndex
CREATE INDEX "task_run_tenant_id_name_id_idx" ON "task_run"("tenant_id", "name", "id");

-- CreateIndex
CREATE INDEX "task_run_tenant_id_expected_start_time_id_idx" ON "task_run"("tenant_id", "expected_start_time", "id");

-- CreateIndex
CREATE INDEX "task_run_tenant_id_end_time_id_idx" ON "task_run"("tenant_id", "end_time", "id");

-- CreateIndex
CREATE INDEX "task_run_tenant_id_next_scheduled_start_time_id_idx" ON "task_run"("tenant_id", "next_scheduled_start_time", "id");

-- What Prisma cannot say.

-- taskRuns.page sorted by START_TIME_ASC and START_TIME_DESC: when a run began, or else is expected to. With the indexes
-- above, every order in which task runs are listed is a range of an index, however many there are. They make the update of
-- a task run's row 1.4 times as long (64 of 200,000 rows: 2.4 -> 3.4 ms).
create index task_run_start_time_idx on task_run (tenant_id, coalesce(start_time, expected_start_time), id);
