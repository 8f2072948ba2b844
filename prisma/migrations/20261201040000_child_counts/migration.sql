-- What Prisma cannot say: columns that an index carries.

-- flowRuns.countByFlowId and the like, and counts beside the rows of a page: they check the tenant, and with it in the index they
-- read the index alone. Counting the 1,000,000 runs of 21 flows takes 0.3 s instead of 3.2.
DROP INDEX "flow_run_flow_id_id_idx";
CREATE INDEX "flow_run_flow_id_id_idx" ON "flow_run"("flow_id", "id") INCLUDE ("tenant_id");
DROP INDEX "flow_run_deployment_id_id_idx";
CREATE INDEX "flow_run_deployment_id_id_idx" ON "flow_run"("deployment_id", "id") INCLUDE ("tenant_id");
DROP INDEX "task_run_flow_run_id_id_idx";
CREATE INDEX "task_run_flow_run_id_id_idx" ON "task_run"("flow_run_id", "id") INCLUDE ("tenant_id");
