import type { TaskRunPolicy } from '../runs/run.ts';

/** The pause before the next run of a task that has run so often; the last delay of the list is used again. */
export function retryDelaySeconds(policy: TaskRunPolicy, runCount: number, random: number): number {
  const { retryDelaySeconds: delays, retryJitterFactor } = policy;
  const delay = delays[Math.min(runCount, delays.length) - 1] ?? 0;
  return retryJitterFactor ? clampedInterval(delay, retryJitterFactor, random) : delay;
}

/**
 * Draws from an exponential distribution with this mean, cut off above at `mean * (1 + factor)` and below where as much
 * of it lies between the cut and the median as between the median and the upper cut. So runs that failed together, or wait
 * for one slot, come back apart, and on average after the delay that was asked for.
 * Source: Prefect 3, utilities/math.py, clamped_poisson_interval.
 */
export function clampedInterval(mean: number, factor: number, random: number): number {
  const highest = 1 + factor;
  // log2(2^h / (2^h - 1)), written so that a large h does not overflow.
  const lowest = -Math.log2(1 - 2 ** -highest);
  const shareBelow = (multiple: number) => 1 - Math.exp(-multiple);
  const share = shareBelow(lowest) + random * (shareBelow(highest) - shareBelow(lowest));
  // A share of 1 would be an endless delay.
  return -Math.log(Math.max(1 - share, 1e-10)) * mean;
}
