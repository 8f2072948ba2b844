import type { TaskRunMoveJob } from '../writing/moveTaskRunBatch.ts';

/** A move of a task run for a Prefect 1 client: it uses neither cached states nor idempotency keys. Null: any tenant. */
export const prefect1TaskRunMove = (
  taskRunId: string,
  propose: TaskRunMoveJob['propose'],
  tenantId: string | null = null,
): TaskRunMoveJob => ({ tenantId, taskRunId, propose, cacheKey: null, expectedVersion: null, request: null });
