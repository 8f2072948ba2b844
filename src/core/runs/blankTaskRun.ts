import type { Instant } from '../values/instant.ts';
import { blankRun } from './blankRun.ts';
import type { Labels, TaskRun } from './run.ts';

/** A new task run, as its creator describes it: every field that its states do not decide. */
export type NewTaskRun = Pick<
  TaskRun,
  | 'id'
  | 'tenantId'
  | 'flowRunId'
  | 'taskKey'
  | 'dynamicKey'
  | 'name'
  | 'taskVersion'
  | 'cacheKey'
  | 'cacheExpiration'
  | 'policy'
  | 'taskInputs'
  | 'tags'
  | 'labels'
>;

/**
 * Returns a task run that has no state yet; `beginTaskRun` gives it one.
 * @param inherited the labels of its flow run; the run's own labels win
 */
export const blankTaskRun = (given: NewTaskRun, inherited: Labels, now: Instant): TaskRun => ({
  ...blankRun(now),
  ...given,
  labels: {
    ...inherited,
    ...(given.flowRunId && { 'prefect.flow-run.id': given.flowRunId }),
    ...given.labels,
  },
  flowRunRunCount: 0,
});
