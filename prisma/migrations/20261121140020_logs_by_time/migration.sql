-- logs.byTime reads the lines of one run in the order of their times, from any line on, for downloads of any length.
-- CreateIndex
CREATE INDEX "log_run_id_timestamp_number_idx" ON "log"("run_id", "timestamp", "number");
