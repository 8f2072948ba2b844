-- AlterTable
ALTER TABLE "deployment" ADD COLUMN     "description" TEXT,
ADD COLUMN     "enforce_parameter_schema" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "job_variables" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "parameter_openapi_schema" JSONB,
ADD COLUMN     "parameters" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "paused" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "version" TEXT,
ADD COLUMN     "work_queue_id" UUID;

-- AlterTable
ALTER TABLE "flow_run" ADD COLUMN     "work_queue_id" UUID;

-- CreateTable
CREATE TABLE "deployment_schedule" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deployment_id" UUID NOT NULL,
    "slug" TEXT,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "schedule" JSONB NOT NULL,
    "max_scheduled_runs" INTEGER,
    "parameters" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "deployment_schedule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "work_pool" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tenant_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "description" TEXT,
    "base_job_template" JSONB NOT NULL DEFAULT '{}',
    "is_paused" BOOLEAN NOT NULL DEFAULT false,
    "concurrency_limit" INTEGER,

    CONSTRAINT "work_pool_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "work_queue" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tenant_id" UUID NOT NULL,
    "work_pool_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "is_paused" BOOLEAN NOT NULL DEFAULT false,
    "concurrency_limit" INTEGER,
    "priority" INTEGER NOT NULL DEFAULT 1,
    "last_polled" TIMESTAMPTZ(6),

    CONSTRAINT "work_queue_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "worker" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "work_pool_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "last_heartbeat" TIMESTAMPTZ(6) NOT NULL,
    "heartbeat_interval_seconds" DOUBLE PRECISION NOT NULL DEFAULT 30,

    CONSTRAINT "worker_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "deployment_schedule_deployment_id_slug_key" ON "deployment_schedule"("deployment_id", "slug");

-- CreateIndex
CREATE INDEX "work_pool_tenant_id_id_idx" ON "work_pool"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "work_pool_tenant_id_name_key" ON "work_pool"("tenant_id", "name");

-- CreateIndex
CREATE INDEX "work_queue_tenant_id_id_idx" ON "work_queue"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "work_queue_work_pool_id_name_key" ON "work_queue"("work_pool_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "worker_work_pool_id_name_key" ON "worker"("work_pool_id", "name");

-- CreateIndex
CREATE INDEX "deployment_work_queue_id_idx" ON "deployment"("work_queue_id");

-- CreateIndex
CREATE INDEX "flow_run_work_queue_id_id_idx" ON "flow_run"("work_queue_id", "id");

-- AddForeignKey
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_work_queue_id_fkey" FOREIGN KEY ("work_queue_id") REFERENCES "work_queue"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment_schedule" ADD CONSTRAINT "deployment_schedule_deployment_id_fkey" FOREIGN KEY ("deployment_id") REFERENCES "deployment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_pool" ADD CONSTRAINT "work_pool_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_queue" ADD CONSTRAINT "work_queue_work_pool_id_fkey" FOREIGN KEY ("work_pool_id") REFERENCES "work_pool"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "worker" ADD CONSTRAINT "worker_work_pool_id_fkey" FOREIGN KEY ("work_pool_id") REFERENCES "work_pool"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow_run" ADD CONSTRAINT "flow_run_work_queue_id_fkey" FOREIGN KEY ("work_queue_id") REFERENCES "work_queue"("id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "work_pool" ADD CHECK ("concurrency_limit" >= 0);
ALTER TABLE "work_queue" ADD CHECK ("concurrency_limit" >= 0), ADD CHECK ("priority" >= 1);
