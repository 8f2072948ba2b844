-- AlterTable
ALTER TABLE "bulk_job" ADD COLUMN     "outcome_counts" JSONB NOT NULL DEFAULT '{}';
