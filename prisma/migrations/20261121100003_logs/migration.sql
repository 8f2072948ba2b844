-- CreateTable
CREATE TABLE "run_counter" (
    "run_id" UUID NOT NULL,
    "logs" BIGINT NOT NULL DEFAULT 0,
    "task_run_states" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "run_counter_pkey" PRIMARY KEY ("run_id")
);

-- CreateTable
CREATE TABLE "log" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "flow_run_id" UUID,
    "task_run_id" UUID,
    "number" BIGINT NOT NULL,
    "timestamp" TIMESTAMPTZ(6) NOT NULL,
    "level" SMALLINT NOT NULL,
    "name" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "log_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "log_task_run_id_number_idx" ON "log"("task_run_id", "number");

-- CreateIndex
CREATE INDEX "log_tenant_id_timestamp_id_idx" ON "log"("tenant_id", "timestamp", "id");

-- CreateIndex
CREATE UNIQUE INDEX "log_run_id_number_key" ON "log"("run_id", "number");

-- What Prisma cannot say.

-- A line belongs to a run, and is numbered in its flow run where it has one: logs.page reads a flow run by run_id.
alter table log add constraint log_run_check check (run_id is not distinct from coalesce(flow_run_id, task_run_id));
alter table log add constraint log_number_check check (number > 0);

-- Every transition and every batch of lines counts here, and no counted column is indexed: with room in the page each
-- update stays in it and touches no index.
alter table run_counter set (fillfactor = 80);
