-- CreateEnum
CREATE TYPE "collision_strategy" AS ENUM ('ENQUEUE', 'CANCEL_NEW');

-- AlterTable
ALTER TABLE "deployment" ADD COLUMN     "collision_strategy" "collision_strategy" NOT NULL DEFAULT 'ENQUEUE',
ADD COLUMN     "concurrency_limit_id" UUID,
ADD COLUMN     "grace_period_seconds" INTEGER;

-- CreateTable
CREATE TABLE "concurrency_limit" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tenant_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "limit" INTEGER NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT true,

    CONSTRAINT "concurrency_limit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "concurrency_slot" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "concurrency_limit_id" UUID NOT NULL,
    "flow_run_id" UUID,
    "task_run_id" UUID,
    "expires" TIMESTAMPTZ(6),

    CONSTRAINT "concurrency_slot_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "concurrency_limit_tenant_id_id_idx" ON "concurrency_limit"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "concurrency_limit_tenant_id_name_key" ON "concurrency_limit"("tenant_id", "name");

-- CreateIndex
CREATE INDEX "concurrency_slot_concurrency_limit_id_idx" ON "concurrency_slot"("concurrency_limit_id");

-- CreateIndex
CREATE UNIQUE INDEX "concurrency_slot_flow_run_id_concurrency_limit_id_key" ON "concurrency_slot"("flow_run_id", "concurrency_limit_id");

-- CreateIndex
CREATE UNIQUE INDEX "concurrency_slot_task_run_id_concurrency_limit_id_key" ON "concurrency_slot"("task_run_id", "concurrency_limit_id");

-- CreateIndex
CREATE INDEX "deployment_concurrency_limit_id_idx" ON "deployment"("concurrency_limit_id");

-- AddForeignKey
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_concurrency_limit_id_fkey" FOREIGN KEY ("concurrency_limit_id") REFERENCES "concurrency_limit"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "concurrency_limit" ADD CONSTRAINT "concurrency_limit_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "concurrency_slot" ADD CONSTRAINT "concurrency_slot_concurrency_limit_id_fkey" FOREIGN KEY ("concurrency_limit_id") REFERENCES "concurrency_limit"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "concurrency_slot" ADD CONSTRAINT "concurrency_slot_flow_run_id_fkey" FOREIGN KEY ("flow_run_id") REFERENCES "flow_run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "concurrency_slot" ADD CONSTRAINT "concurrency_slot_task_run_id_fkey" FOREIGN KEY ("task_run_id") REFERENCES "task_run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "concurrency_limit" ADD CHECK ("limit" >= 0);
-- A slot has one holder.
ALTER TABLE "concurrency_slot" ADD CHECK (num_nonnulls("flow_run_id", "task_run_id") = 1);
