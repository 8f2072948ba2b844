-- What Prisma cannot say: indexes of the loops over native runs. Each holds only runs that its loop may have to deal with,
-- so that a round without work is one look into a small index, however many runs there are.

-- flowRuns.late: those whose time has come, the longest due first.
CREATE INDEX "flow_run_late_idx" ON "flow_run" ("next_scheduled_start_time", "id")
WHERE "state_type" = 'SCHEDULED' AND "state_name" = 'Scheduled' AND "prefect1_state" IS NULL;

-- flowRuns.expiredPauses: times in details are texts of one length in UTC, whose order as bytes is that of time.
CREATE INDEX "flow_run_pause_timeout_idx" ON "flow_run" ((("state_details" ->> 'pauseTimeout') COLLATE "C"), "id")
WHERE "state_type" = 'PAUSED' AND "prefect1_state" IS NULL;

-- flowRuns.cancellingSince: the longest cancelling first.
CREATE INDEX "flow_run_cancelling_idx" ON "flow_run" ("state_timestamp", "id")
WHERE "state_type" = 'CANCELLING' AND "prefect1_state" IS NULL;

-- taskRuns.ofCancelled: the flow runs that were cancelled lately, and then, of each, the task runs that have not ended.
CREATE INDEX "flow_run_cancelled_idx" ON "flow_run" ("state_timestamp", "id")
WHERE "state_type" = 'CANCELLED' AND "prefect1_state" IS NULL;
-- Also notRunning.taskRuns: what still goes on in a flow run.
CREATE INDEX "task_run_unfinished_idx" ON "task_run" ("flow_run_id", "id")
WHERE "state_type" IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING');

-- flowRuns.subflowsOfCancelled, and of a task run in taskRuns.ofCancelled: whether its subflow has not ended.
CREATE INDEX "flow_run_unfinished_subflow_idx" ON "flow_run" ("parent_task_run_id")
WHERE "parent_task_run_id" IS NOT NULL AND "state_type" IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING');
