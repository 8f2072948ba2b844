-- AlterTable
ALTER TABLE "flow_run" ADD COLUMN     "deployment_schedule_id" UUID;

-- scheduledDeployments.due counts the waiting runs of a schedule; deploymentRuns.withdraw deletes those of a deployment.
CREATE INDEX "flow_run_deployment_scheduled_idx"
ON "flow_run" ("deployment_id", "deployment_schedule_id", "next_scheduled_start_time")
WHERE "state_type" = 'SCHEDULED' AND "deployment_id" IS NOT NULL;

-- workPools.poll: the next runs of a queue.
CREATE INDEX "flow_run_work_queue_scheduled_idx" ON "flow_run" ("work_queue_id", "next_scheduled_start_time", "id")
WHERE "state_type" = 'SCHEDULED' AND "work_queue_id" IS NOT NULL;

-- workPools.poll: how many runs of a queue are at work.
CREATE INDEX "flow_run_work_queue_active_idx" ON "flow_run" ("work_queue_id")
WHERE "state_type" IN ('PENDING', 'RUNNING', 'CANCELLING') AND "work_queue_id" IS NOT NULL;
