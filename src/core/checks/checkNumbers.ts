import type { FlowRunPolicy, TaskRunPolicy } from '../runs/run.ts';
import { LIMITS } from '../values/limits.ts';
import { Problem } from '../values/problem.ts';
import { count, refuse } from './checkText.ts';

/** Checks the part of a flow run's policy that a caller can set. */
export function checkFlowRunPolicy(
  field: string,
  { retries, retryDelaySeconds }: Partial<Pick<FlowRunPolicy, 'retries' | 'retryDelaySeconds'>>,
): void {
  checkRetries(`${field}.retries`, retries);
  checkRange(`${field}.retryDelaySeconds`, retryDelaySeconds, LIMITS.retryDelaySeconds);
}

export function checkTaskRunPolicy(field: string, policy: Partial<TaskRunPolicy>): void {
  const { retries, retryDelaySeconds = [], retryJitterFactor } = policy;
  checkRetries(`${field}.retries`, retries);
  const delays = `${field}.retryDelaySeconds`;
  if (retryDelaySeconds.length > LIMITS.retryDelays)
    throw new Problem('BAD_USER_INPUT', `Can not configure more than ${LIMITS.retryDelays} retry delays per task.`, {
      field: delays,
    });
  for (const [index, delay] of retryDelaySeconds.entries())
    checkRange(`${delays}[${index}]`, delay, LIMITS.retryDelaySeconds);
  checkRange(`${field}.retryJitterFactor`, retryJitterFactor, LIMITS.retryJitterFactor);
}

/** Checks the level of a log line, as in Python: 10 debug, 20 info and so on. */
export function checkLogLevel(field: string, level: number): void {
  if (!Number.isInteger(level)) refuse(field, 'must be a whole number.');
  checkRange(field, level, LIMITS.logLevel);
}

function checkRetries(field: string, retries: number | null | undefined): void {
  if (typeof retries === 'number' && !Number.isInteger(retries)) refuse(field, 'must be a whole number.');
  checkRange(field, retries, LIMITS.retries);
}

function checkRange(field: string, value: number | null | undefined, atMost: number): void {
  // The negation also rejects NaN.
  if (value != null && !(value >= 0 && value <= atMost)) refuse(field, `must be between 0 and ${count(atMost)}.`);
}
