-- CreateEnum
CREATE TYPE "state_type" AS ENUM ('SCHEDULED', 'PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED', 'PAUSED', 'CANCELLING');

-- CreateTable
CREATE TABLE "flow_run" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tenant_id" UUID NOT NULL,
    "flow_id" UUID NOT NULL,
    "deployment_id" UUID,
    "parent_task_run_id" UUID,
    "name" TEXT NOT NULL,
    "flow_version" TEXT,
    "parameters" JSONB NOT NULL DEFAULT '{}',
    "context" JSONB NOT NULL DEFAULT '{}',
    "policy" JSONB NOT NULL DEFAULT '{}',
    "tags" JSONB NOT NULL DEFAULT '[]',
    "labels" JSONB NOT NULL DEFAULT '{}',
    "job_variables" JSONB NOT NULL DEFAULT '{}',
    "idempotency_key" TEXT,
    "infrastructure_pid" TEXT,
    "version" INTEGER NOT NULL,
    "state_id" UUID NOT NULL,
    "state_type" "state_type" NOT NULL,
    "state_name" TEXT NOT NULL,
    "state_timestamp" TIMESTAMPTZ(6) NOT NULL,
    "state_message" TEXT,
    "state_details" JSONB NOT NULL DEFAULT '{}',
    "run_count" INTEGER NOT NULL DEFAULT 0,
    "expected_start_time" TIMESTAMPTZ(6),
    "next_scheduled_start_time" TIMESTAMPTZ(6),
    "start_time" TIMESTAMPTZ(6),
    "end_time" TIMESTAMPTZ(6),
    "total_run_time_seconds" DOUBLE PRECISION NOT NULL DEFAULT 0,

    CONSTRAINT "flow_run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "flow_run_state" (
    "id" UUID NOT NULL,
    "flow_run_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "type" "state_type" NOT NULL,
    "name" TEXT NOT NULL,
    "timestamp" TIMESTAMPTZ(6) NOT NULL,
    "message" TEXT,
    "data" JSONB,
    "details" JSONB NOT NULL DEFAULT '{}',
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "flow_run_state_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task_run" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tenant_id" UUID NOT NULL,
    "flow_run_id" UUID,
    "task_key" TEXT NOT NULL,
    "dynamic_key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "task_version" TEXT,
    "cache_key" TEXT,
    "cache_expiration" TIMESTAMPTZ(6),
    "policy" JSONB NOT NULL DEFAULT '{}',
    "task_inputs" JSONB NOT NULL DEFAULT '{}',
    "tags" JSONB NOT NULL DEFAULT '[]',
    "labels" JSONB NOT NULL DEFAULT '{}',
    "version" INTEGER NOT NULL,
    "state_id" UUID NOT NULL,
    "state_type" "state_type" NOT NULL,
    "state_name" TEXT NOT NULL,
    "state_timestamp" TIMESTAMPTZ(6) NOT NULL,
    "state_message" TEXT,
    "state_details" JSONB NOT NULL DEFAULT '{}',
    "run_count" INTEGER NOT NULL DEFAULT 0,
    "flow_run_run_count" INTEGER NOT NULL DEFAULT 0,
    "expected_start_time" TIMESTAMPTZ(6),
    "next_scheduled_start_time" TIMESTAMPTZ(6),
    "start_time" TIMESTAMPTZ(6),
    "end_time" TIMESTAMPTZ(6),
    "total_run_time_seconds" DOUBLE PRECISION NOT NULL DEFAULT 0,

    CONSTRAINT "task_run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task_run_state" (
    "id" UUID NOT NULL,
    "task_run_id" UUID NOT NULL,
    "flow_run_id" UUID,
    "version" INTEGER NOT NULL,
    "position" BIGINT,
    "type" "state_type" NOT NULL,
    "name" TEXT NOT NULL,
    "timestamp" TIMESTAMPTZ(6) NOT NULL,
    "message" TEXT,
    "data" JSONB,
    "details" JSONB NOT NULL DEFAULT '{}',
    "out_of_order" BOOLEAN NOT NULL DEFAULT false,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "task_run_state_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task_run_state_cache" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "cache_key" TEXT NOT NULL,
    "cache_expiration" TIMESTAMPTZ(6),
    "task_run_state_id" UUID NOT NULL,

    CONSTRAINT "task_run_state_cache_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "flow_run_input" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "flow_run_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "sender" TEXT,

    CONSTRAINT "flow_run_input_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "flow_run_tenant_id_id_idx" ON "flow_run"("tenant_id", "id");

-- CreateIndex
CREATE INDEX "flow_run_flow_id_id_idx" ON "flow_run"("flow_id", "id");

-- CreateIndex
CREATE INDEX "flow_run_parent_task_run_id_idx" ON "flow_run"("parent_task_run_id");

-- CreateIndex
CREATE INDEX "flow_run_deployment_id_id_idx" ON "flow_run"("deployment_id", "id");

-- CreateIndex
CREATE INDEX "flow_run_tenant_id_state_type_id_idx" ON "flow_run"("tenant_id", "state_type", "id");

-- CreateIndex
CREATE INDEX "flow_run_tenant_id_name_id_idx" ON "flow_run"("tenant_id", "name", "id");

-- CreateIndex
CREATE INDEX "flow_run_tenant_id_expected_start_time_id_idx" ON "flow_run"("tenant_id", "expected_start_time", "id");

-- CreateIndex
CREATE INDEX "flow_run_tenant_id_end_time_id_idx" ON "flow_run"("tenant_id", "end_time", "id");

-- CreateIndex
CREATE INDEX "flow_run_tenant_id_next_scheduled_start_time_id_idx" ON "flow_run"("tenant_id", "next_scheduled_start_time", "id");

-- CreateIndex
CREATE INDEX "flow_run_tags_idx" ON "flow_run" USING GIN ("tags");

-- CreateIndex
CREATE UNIQUE INDEX "flow_run_flow_id_idempotency_key_key" ON "flow_run"("flow_id", "idempotency_key");

-- CreateIndex
CREATE UNIQUE INDEX "flow_run_state_flow_run_id_version_key" ON "flow_run_state"("flow_run_id", "version");

-- CreateIndex
CREATE INDEX "task_run_tenant_id_id_idx" ON "task_run"("tenant_id", "id");

-- CreateIndex
CREATE INDEX "task_run_flow_run_id_id_idx" ON "task_run"("flow_run_id", "id");

-- CreateIndex
CREATE INDEX "task_run_tenant_id_state_type_id_idx" ON "task_run"("tenant_id", "state_type", "id");

-- createTaskRun finds a task run again by its keys, one without a flow run too: there, nulls are equal.
CREATE UNIQUE INDEX "task_run_tenant_id_flow_run_id_task_key_dynamic_key_key" ON "task_run"("tenant_id", "flow_run_id", "task_key", "dynamic_key") NULLS NOT DISTINCT;

-- CreateIndex
CREATE UNIQUE INDEX "task_run_state_task_run_id_version_key" ON "task_run_state"("task_run_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "task_run_state_flow_run_id_position_key" ON "task_run_state"("flow_run_id", "position");

-- CreateIndex
CREATE INDEX "task_run_state_cache_tenant_id_cache_key_id_idx" ON "task_run_state_cache"("tenant_id", "cache_key", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "flow_run_input_flow_run_id_key_key" ON "flow_run_input"("flow_run_id", "key");

-- AddForeignKey
ALTER TABLE "flow_run" ADD CONSTRAINT "flow_run_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow_run" ADD CONSTRAINT "flow_run_flow_id_fkey" FOREIGN KEY ("flow_id") REFERENCES "flow"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow_run" ADD CONSTRAINT "flow_run_parent_task_run_id_fkey" FOREIGN KEY ("parent_task_run_id") REFERENCES "task_run"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow_run_state" ADD CONSTRAINT "flow_run_state_flow_run_id_fkey" FOREIGN KEY ("flow_run_id") REFERENCES "flow_run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task_run" ADD CONSTRAINT "task_run_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task_run" ADD CONSTRAINT "task_run_flow_run_id_fkey" FOREIGN KEY ("flow_run_id") REFERENCES "flow_run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task_run_state" ADD CONSTRAINT "task_run_state_task_run_id_fkey" FOREIGN KEY ("task_run_id") REFERENCES "task_run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow_run_input" ADD CONSTRAINT "flow_run_input_flow_run_id_fkey" FOREIGN KEY ("flow_run_id") REFERENCES "flow_run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say.

-- flowRuns.page sorted by START_TIME_ASC and START_TIME_DESC: when a run began, or else is expected to.
create index flow_run_start_time_idx on flow_run (tenant_id, coalesce(start_time, expected_start_time), id);

-- The last line of defence for "one history per run": 1, 2, 3, ... The unique indexes on (run, version) are the other.
alter table flow_run add constraint flow_run_version_check check (version > 0);
alter table task_run add constraint task_run_version_check check (version > 0);
alter table flow_run_state add constraint flow_run_state_version_check check (version > 0);
alter table task_run_state add constraint task_run_state_version_check check (version > 0);
-- A task run state has a position among those of its flow run, exactly where there is a flow run.
alter table task_run_state add constraint task_run_state_position_check
  check ((position is null) = (flow_run_id is null) and position > 0);
-- Tags are lists; a filter by tags would find keys of an object, too.
alter table flow_run add constraint flow_run_tags_check check (jsonb_typeof(tags) = 'array');
alter table task_run add constraint task_run_tags_check check (jsonb_typeof(tags) = 'array');

-- A run's row is rewritten at every transition. Room in the page keeps the new version beside the old one, and lets an
-- update of no indexed column (parameters, a policy) touch no index.
alter table flow_run set (fillfactor = 80);
alter table task_run set (fillfactor = 80);
