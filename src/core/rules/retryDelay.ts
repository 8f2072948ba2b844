import type { TaskRunPolicy } from '../runs/run.ts';

/** Returns the delay before the next retry of a task after `runCount` runs. Further retries use the last delay. */
export function retryDelaySeconds(policy: TaskRunPolicy, runCount: number, random: number): number {
  const { retryDelaySeconds: delays, retryJitterFactor } = policy;
  const delay = delays[Math.min(runCount, delays.length) - 1] ?? 0;
  return retryJitterFactor ? clampedInterval(delay, retryJitterFactor, random) : delay;
}

/**
 * Draws from an exponential distribution with this mean, truncated at both ends: above at `mean * (1 + factor)`, and
 * below so that the parts on either side of the median are equally likely. Runs that failed together, or that wait for
 * the same slot, thus retry at different times, and on average after the configured delay.
 * Source: Prefect 3, utilities/math.py, clamped_poisson_interval.
 */
export function clampedInterval(mean: number, factor: number, random: number): number {
  const highest = 1 + factor;
  // log2(2^h / (2^h - 1)), written so that a large h does not overflow.
  const lowest = -Math.log2(1 - 2 ** -highest);
  const shareBelow = (multiple: number) => 1 - Math.exp(-multiple);
  const share = shareBelow(lowest) + random * (shareBelow(highest) - shareBelow(lowest));
  // A share of 1 would be an infinite delay.
  return -Math.log(Math.max(1 - share, 1e-10)) * mean;
}
