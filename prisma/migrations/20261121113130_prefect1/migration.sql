-- DropIndex
DROP INDEX "flow_tenant_id_name_key";

-- AlterTable
ALTER TABLE "flow" ADD COLUMN     "archived" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "core_version" TEXT,
ADD COLUMN     "description" TEXT,
ADD COLUMN     "environment" JSONB,
ADD COLUMN     "flow_group_id" UUID,
ADD COLUMN     "is_schedule_active" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "parameters" JSONB DEFAULT '[]',
ADD COLUMN     "project_id" UUID,
ADD COLUMN     "run_config" JSONB,
ADD COLUMN     "schedule" JSONB,
ADD COLUMN     "serialized_flow" JSONB,
ADD COLUMN     "settings" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "storage" JSONB,
ADD COLUMN     "version" INTEGER,
ADD COLUMN     "version_group_id" TEXT;

-- AlterTable
ALTER TABLE "flow_run" ADD COLUMN     "agent_id" UUID,
ADD COLUMN     "auto_scheduled" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "heartbeat" TIMESTAMPTZ(6),
ADD COLUMN     "prefect1_state" TEXT,
ADD COLUMN     "run_config" JSONB,
ADD COLUMN     "scheduled_start_time" TIMESTAMPTZ(6),
ADD COLUMN     "serialized_state" JSONB,
ADD COLUMN     "state_start_time" TIMESTAMPTZ(6),
ADD COLUMN     "times_resurrected" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "flow_run_state" ADD COLUMN     "prefect1_state" TEXT,
ADD COLUMN     "serialized_state" JSONB,
ADD COLUMN     "start_time" TIMESTAMPTZ(6);

-- AlterTable
ALTER TABLE "log" ADD COLUMN     "info" JSONB;

-- AlterTable
ALTER TABLE "task_run" ADD COLUMN     "heartbeat" TIMESTAMPTZ(6),
ADD COLUMN     "map_index" INTEGER NOT NULL DEFAULT -1,
ADD COLUMN     "prefect1_state" TEXT,
ADD COLUMN     "serialized_state" JSONB,
ADD COLUMN     "state_start_time" TIMESTAMPTZ(6),
ADD COLUMN     "task_id" UUID;

-- AlterTable
ALTER TABLE "task_run_state" ADD COLUMN     "prefect1_state" TEXT,
ADD COLUMN     "serialized_state" JSONB,
ADD COLUMN     "start_time" TIMESTAMPTZ(6);

-- AlterTable
ALTER TABLE "tenant" ADD COLUMN     "info" JSONB,
ADD COLUMN     "settings" JSONB NOT NULL DEFAULT '{}';

-- CreateTable
CREATE TABLE "project" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tenant_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,

    CONSTRAINT "project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "flow_group" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tenant_id" UUID NOT NULL,
    "name" TEXT,
    "description" TEXT,
    "labels" JSONB,
    "schedule" JSONB,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "default_parameters" JSONB NOT NULL DEFAULT '{}',
    "run_config" JSONB,

    CONSTRAINT "flow_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tenant_id" UUID NOT NULL,
    "flow_id" UUID NOT NULL,
    "name" TEXT,
    "slug" TEXT,
    "description" TEXT,
    "type" TEXT,
    "max_retries" INTEGER,
    "retry_delay" interval,
    "trigger" TEXT,
    "mapped" BOOLEAN NOT NULL DEFAULT false,
    "auto_generated" BOOLEAN NOT NULL DEFAULT false,
    "cache_key" TEXT,
    "is_root_task" BOOLEAN NOT NULL DEFAULT false,
    "is_terminal_task" BOOLEAN NOT NULL DEFAULT false,
    "is_reference_task" BOOLEAN NOT NULL DEFAULT false,
    "tags" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "task_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "edge" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tenant_id" UUID NOT NULL,
    "flow_id" UUID NOT NULL,
    "upstream_task_id" UUID NOT NULL,
    "downstream_task_id" UUID NOT NULL,
    "key" TEXT,
    "mapped" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "edge_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tenant_id" UUID NOT NULL,
    "agent_config_id" UUID,
    "name" TEXT,
    "type" TEXT,
    "core_version" TEXT,
    "labels" JSONB NOT NULL DEFAULT '[]',
    "last_queried" TIMESTAMPTZ(6) DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent_config" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tenant_id" UUID NOT NULL,
    "name" TEXT,
    "settings" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "agent_config_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "message" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tenant_id" UUID NOT NULL,
    "read" BOOLEAN NOT NULL DEFAULT false,
    "type" TEXT,
    "text" TEXT,
    "content" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cloud_hook" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tenant_id" UUID NOT NULL,
    "name" TEXT,
    "states" JSONB,
    "type" TEXT NOT NULL,
    "config" JSONB NOT NULL DEFAULT '{}',
    "active" BOOLEAN NOT NULL DEFAULT true,
    "version_group_id" TEXT,

    CONSTRAINT "cloud_hook_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cloud_hook_delivery" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "cloud_hook_id" UUID NOT NULL,
    "event" JSONB NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cloud_hook_delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task_run_artifact" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tenant_id" UUID NOT NULL,
    "task_run_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "data" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "task_run_artifact_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "project_tenant_id_name_key" ON "project"("tenant_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "flow_group_tenant_id_name_key" ON "flow_group"("tenant_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "task_flow_id_slug_key" ON "task"("flow_id", "slug");

-- CreateIndex
CREATE INDEX "edge_upstream_task_id_idx" ON "edge"("upstream_task_id");

-- CreateIndex
CREATE INDEX "edge_downstream_task_id_idx" ON "edge"("downstream_task_id");

-- CreateIndex
CREATE UNIQUE INDEX "edge_flow_id_upstream_task_id_downstream_task_id_key" ON "edge"("flow_id", "upstream_task_id", "downstream_task_id");

-- CreateIndex
CREATE INDEX "agent_tenant_id_idx" ON "agent"("tenant_id");

-- CreateIndex
CREATE INDEX "agent_agent_config_id_idx" ON "agent"("agent_config_id");

-- CreateIndex
CREATE INDEX "agent_config_tenant_id_idx" ON "agent_config"("tenant_id");

-- CreateIndex
CREATE INDEX "message_tenant_id_idx" ON "message"("tenant_id");

-- CreateIndex
CREATE INDEX "cloud_hook_tenant_id_idx" ON "cloud_hook"("tenant_id");

-- CreateIndex
CREATE INDEX "cloud_hook_delivery_due_at_idx" ON "cloud_hook_delivery"("due_at");

-- CreateIndex
CREATE INDEX "task_run_artifact_task_run_id_idx" ON "task_run_artifact"("task_run_id");

-- CreateIndex
CREATE INDEX "flow_tenant_id_name_idx" ON "flow"("tenant_id", "name");

-- CreateIndex
CREATE INDEX "flow_project_id_idx" ON "flow"("project_id");

-- CreateIndex
CREATE INDEX "flow_flow_group_id_idx" ON "flow"("flow_group_id");

-- CreateIndex
CREATE INDEX "flow_version_group_id_version_idx" ON "flow"("version_group_id", "version");

-- AddForeignKey
ALTER TABLE "flow" ADD CONSTRAINT "flow_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow" ADD CONSTRAINT "flow_flow_group_id_fkey" FOREIGN KEY ("flow_group_id") REFERENCES "flow_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow_run" ADD CONSTRAINT "flow_run_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task_run" ADD CONSTRAINT "task_run_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "project" ADD CONSTRAINT "project_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow_group" ADD CONSTRAINT "flow_group_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task" ADD CONSTRAINT "task_flow_id_fkey" FOREIGN KEY ("flow_id") REFERENCES "flow"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "edge" ADD CONSTRAINT "edge_flow_id_fkey" FOREIGN KEY ("flow_id") REFERENCES "flow"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "edge" ADD CONSTRAINT "edge_upstream_task_id_fkey" FOREIGN KEY ("upstream_task_id") REFERENCES "task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "edge" ADD CONSTRAINT "edge_downstream_task_id_fkey" FOREIGN KEY ("downstream_task_id") REFERENCES "task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent" ADD CONSTRAINT "agent_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent" ADD CONSTRAINT "agent_agent_config_id_fkey" FOREIGN KEY ("agent_config_id") REFERENCES "agent_config"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_config" ADD CONSTRAINT "agent_config_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cloud_hook" ADD CONSTRAINT "cloud_hook_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cloud_hook_delivery" ADD CONSTRAINT "cloud_hook_delivery_cloud_hook_id_fkey" FOREIGN KEY ("cloud_hook_id") REFERENCES "cloud_hook"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task_run_artifact" ADD CONSTRAINT "task_run_artifact_task_run_id_fkey" FOREIGN KEY ("task_run_id") REFERENCES "task_run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say.

-- flows.insert: a native flow is found by its name. A flow that a Prefect 1 client registered has one name and many versions.
create unique index flow_native_name_key on flow (tenant_id, name) where project_id is null;

-- The queue that agents ask for (flowRuns.queue): runs that are due, and task runs that are.
create index flow_run_state_start_time_idx on flow_run (tenant_id, state_start_time) where state_start_time is not null;
create index task_run_state_start_time_idx on task_run (flow_run_id, state_start_time) where state_start_time is not null;

-- The zombie killer and Lazarus look for live runs whose heart stopped beating.
create index flow_run_heartbeat_idx on flow_run (heartbeat) where prefect1_state in ('Running', 'Submitted', 'Cancelling');

-- The scheduler.
create index flow_schedule_idx on flow (id) where is_schedule_active and not archived;
-- flowSchedules.page: the latest start that a schedule has made, and flowSchedules.withdraw.
create index flow_run_auto_scheduled_idx on flow_run (flow_id, scheduled_start_time) where auto_scheduled;
-- Without it each task of a deleted flow would be looked for among all task runs.
create index task_run_task_id_idx on task_run (task_id) where task_id is not null;
-- registeredFlows.versionGroup
create index flow_project_name_idx on flow (project_id, name, id) where project_id is not null;

-- cloudHooks.matching
create index cloud_hook_states_idx on cloud_hook using gin (states) where active;
