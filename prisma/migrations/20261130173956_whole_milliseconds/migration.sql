-- From now on Prisma writes these rows, and reads them by id: as JavaScript's Date, in milliseconds. Pages read them by statements,
-- in microseconds. Both show the same time of a row that was there before.
UPDATE "concurrency_limit" SET "created" = date_trunc('milliseconds', "created"), "updated" = date_trunc('milliseconds', "updated");
UPDATE "work_pool" SET "created" = date_trunc('milliseconds', "created"), "updated" = date_trunc('milliseconds', "updated");
