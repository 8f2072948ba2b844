-- concurrencySlots.forgetExpired: the leases that have run out.
CREATE INDEX "concurrency_slot_expires_idx" ON "concurrency_slot" ("expires", "id") WHERE "expires" IS NOT NULL;

-- Whoever deletes deployments, and be it by deleting their flow: their limits, and with these the slots, go with them.
CREATE FUNCTION "deployment_delete_limit"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "concurrency_limit" WHERE "id" IN (SELECT "concurrency_limit_id" FROM "deleted");
  RETURN NULL;
END $$;

CREATE TRIGGER "deployment_delete_limit" AFTER DELETE ON "deployment"
REFERENCING OLD TABLE AS "deleted" FOR EACH STATEMENT EXECUTE FUNCTION "deployment_delete_limit"();
