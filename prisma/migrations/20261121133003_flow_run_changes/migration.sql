-- AlterTable
ALTER TABLE "flow_run" ADD COLUMN     "changed" xid8 NOT NULL DEFAULT pg_current_xact_id();

-- CreateTable
CREATE TABLE "flow_run_deletion" (
    "flow_run_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "created" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed" xid8 NOT NULL DEFAULT pg_current_xact_id(),

    CONSTRAINT "flow_run_deletion_pkey" PRIMARY KEY ("flow_run_id")
);

-- CreateIndex
CREATE INDEX "flow_run_deletion_created_idx" ON "flow_run_deletion"("created");

-- flowRunChanges.since: what changed in transactions from one number to another.
CREATE INDEX "flow_run_tenant_id_changed_id_idx" ON "flow_run" ("tenant_id", "changed", "id");
CREATE INDEX "flow_run_deletion_tenant_id_changed_flow_run_id_idx" ON "flow_run_deletion" ("tenant_id", "changed", "flow_run_id");

-- Set by the database, so that no statement can forget it. Signs of life and the like are not seen, and change nothing.
CREATE FUNCTION "flow_run_set_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."changed" := pg_current_xact_id();
  RETURN NEW;
END $$;

CREATE TRIGGER "flow_run_set_changed" BEFORE UPDATE OF
  "name", "flow_version", "parameters", "context", "policy", "tags", "labels", "job_variables", "infrastructure_pid",
  "deployment_id", "work_queue_id", "parent_task_run_id", "version", "expected_start_time", "next_scheduled_start_time"
ON "flow_run" FOR EACH ROW EXECUTE FUNCTION "flow_run_set_changed"();

-- Whoever deletes runs, and be it by deleting their flow: it is known afterwards.
CREATE FUNCTION "flow_run_note_deletion"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "flow_run_deletion" ("flow_run_id", "tenant_id") SELECT "id", "tenant_id" FROM "deleted";
  RETURN NULL;
END $$;

CREATE TRIGGER "flow_run_note_deletion" AFTER DELETE ON "flow_run"
REFERENCING OLD TABLE AS "deleted" FOR EACH STATEMENT EXECUTE FUNCTION "flow_run_note_deletion"();
