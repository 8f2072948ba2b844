-- CreateEnum
CREATE TYPE "bulk_job_kind" AS ENUM ('SET_STATE', 'DELETE');

-- CreateTable
CREATE TABLE "bulk_job" (
    "id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tenant_id" UUID NOT NULL,
    "kind" "bulk_job_kind" NOT NULL,
    "request" JSONB NOT NULL DEFAULT '{}',
    "total" INTEGER NOT NULL,
    "ended" TIMESTAMPTZ(6),

    CONSTRAINT "bulk_job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bulk_job_item" (
    "bulk_job_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "flow_run_id" UUID NOT NULL,
    "outcome" TEXT,
    "reason" TEXT,

    CONSTRAINT "bulk_job_item_pkey" PRIMARY KEY ("bulk_job_id","number")
);

-- CreateIndex
CREATE INDEX "bulk_job_tenant_id_id_idx" ON "bulk_job"("tenant_id", "id");

-- AddForeignKey
ALTER TABLE "bulk_job" ADD CONSTRAINT "bulk_job_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bulk_job_item" ADD CONSTRAINT "bulk_job_item_bulk_job_id_fkey" FOREIGN KEY ("bulk_job_id") REFERENCES "bulk_job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- bulkJobs.unfinished: what is taken up again after a restart.
CREATE INDEX "bulk_job_unfinished_idx" ON "bulk_job" ("id") WHERE "ended" IS NULL;

-- bulkJobItems.next: the runs that have no outcome yet.
CREATE INDEX "bulk_job_item_waiting_idx" ON "bulk_job_item" ("bulk_job_id", "number") WHERE "outcome" IS NULL;
