-- Filters by a tag: the runs with each tag, in the order of their ids. A GIN index on `tags` finds the runs with a tag and knows
-- no order, so a page of a tag with many runs read and sorted all of them. Statistics on `tag` also tell PostgreSQL how many
-- runs have a tag; it keeps none on the elements of a jsonb list.

-- CreateTable
CREATE TABLE "flow_run_tag" (
    "tenant_id" UUID NOT NULL,
    "tag" TEXT NOT NULL,
    "flow_run_id" UUID NOT NULL,

    CONSTRAINT "flow_run_tag_pkey" PRIMARY KEY ("tenant_id","tag","flow_run_id")
);

-- CreateTable
CREATE TABLE "task_run_tag" (
    "tenant_id" UUID NOT NULL,
    "tag" TEXT NOT NULL,
    "task_run_id" UUID NOT NULL,

    CONSTRAINT "task_run_tag_pkey" PRIMARY KEY ("tenant_id","tag","task_run_id")
);

-- What Prisma cannot say: who writes these rows. Triggers, so that no statement can forget it; a run without tags does not call
-- them, and a move changes no tags. They replace the key to the run: checking a foreign key takes longer than the insert.
-- Longer tags than 255 characters, which only other programs can have written, are not in the tables: filters by such tags read
-- `tags` itself.
CREATE FUNCTION "flow_run_write_tags"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM "flow_run_tag" WHERE "tenant_id" = OLD."tenant_id" AND "flow_run_id" = OLD."id"
      AND "tag" = ANY (ARRAY(SELECT jsonb_array_elements_text(OLD."tags")));
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO "flow_run_tag" ("tenant_id", "tag", "flow_run_id")
    SELECT NEW."tenant_id", word, NEW."id" FROM jsonb_array_elements_text(NEW."tags") word WHERE char_length(word) <= 255
    ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "flow_run_tags_of_new" AFTER INSERT ON "flow_run" FOR EACH ROW WHEN (NEW."tags" <> '[]')
EXECUTE FUNCTION "flow_run_write_tags"();
CREATE TRIGGER "flow_run_tags_changed" AFTER UPDATE OF "tags" ON "flow_run" FOR EACH ROW WHEN (OLD."tags" <> NEW."tags")
EXECUTE FUNCTION "flow_run_write_tags"();
CREATE TRIGGER "flow_run_tags_of_deleted" AFTER DELETE ON "flow_run" FOR EACH ROW WHEN (OLD."tags" <> '[]')
EXECUTE FUNCTION "flow_run_write_tags"();

CREATE FUNCTION "task_run_write_tags"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM "task_run_tag" WHERE "tenant_id" = OLD."tenant_id" AND "task_run_id" = OLD."id"
      AND "tag" = ANY (ARRAY(SELECT jsonb_array_elements_text(OLD."tags")));
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO "task_run_tag" ("tenant_id", "tag", "task_run_id")
    SELECT NEW."tenant_id", word, NEW."id" FROM jsonb_array_elements_text(NEW."tags") word WHERE char_length(word) <= 255
    ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "task_run_tags_of_new" AFTER INSERT ON "task_run" FOR EACH ROW WHEN (NEW."tags" <> '[]')
EXECUTE FUNCTION "task_run_write_tags"();
CREATE TRIGGER "task_run_tags_changed" AFTER UPDATE OF "tags" ON "task_run" FOR EACH ROW WHEN (OLD."tags" <> NEW."tags")
EXECUTE FUNCTION "task_run_write_tags"();
CREATE TRIGGER "task_run_tags_of_deleted" AFTER DELETE ON "task_run" FOR EACH ROW WHEN (OLD."tags" <> '[]')
EXECUTE FUNCTION "task_run_write_tags"();

-- Also in a session that loads rows with session_replication_role = replica.
ALTER TABLE "flow_run" ENABLE ALWAYS TRIGGER "flow_run_tags_of_new", ENABLE ALWAYS TRIGGER "flow_run_tags_changed",
  ENABLE ALWAYS TRIGGER "flow_run_tags_of_deleted";
ALTER TABLE "task_run" ENABLE ALWAYS TRIGGER "task_run_tags_of_new", ENABLE ALWAYS TRIGGER "task_run_tags_changed",
  ENABLE ALWAYS TRIGGER "task_run_tags_of_deleted";

-- Runs that are there already. The triggers above lock the tables, so none is missed.
INSERT INTO "flow_run_tag" ("tenant_id", "tag", "flow_run_id")
SELECT DISTINCT r."tenant_id", word, r."id" FROM "flow_run" r, jsonb_array_elements_text(r."tags") word
WHERE r."tags" <> '[]' AND char_length(word) <= 255;
INSERT INTO "task_run_tag" ("tenant_id", "tag", "task_run_id")
SELECT DISTINCT r."tenant_id", word, r."id" FROM "task_run" r, jsonb_array_elements_text(r."tags") word
WHERE r."tags" <> '[]' AND char_length(word) <= 255;

-- DropIndex
DROP INDEX "flow_run_tags_idx";
