import { type Instant, LAST_INSTANT } from '../values/instant.ts';
import { Problem } from '../values/problem.ts';

export const MAX_HISTORY_BUCKETS = 500;

export interface HistoryRequest {
  /** Included. */
  start: Instant;
  /** Excluded. */
  end: Instant;
  /** At least 1. */
  intervalSeconds: number;
}

/** Equal stretches of time that follow one another. */
export interface Buckets {
  intervalMicroseconds: number;
  starts: Instant[];
}

/**
 * Cuts the time from start to end; the last bucket may go beyond the end. Prefect 3 gives the first 500 buckets and does
 * not say so where there are more; here more are LIMIT_EXCEEDED.
 */
export function historyBuckets({ start, end, intervalSeconds }: HistoryRequest): Buckets {
  if (!(intervalSeconds >= 1))
    throw new Problem('BAD_USER_INPUT', '`intervalSeconds` must be at least 1 second.', {
      argument: 'intervalSeconds',
    });
  const intervalMicroseconds = Math.round(intervalSeconds * 1_000_000);
  const count = Math.max(0, Math.ceil((end - start) / intervalMicroseconds));
  if (count > MAX_HISTORY_BUCKETS)
    throw new Problem(
      'LIMIT_EXCEEDED',
      `A history has ${MAX_HISTORY_BUCKETS} intervals at most; this one would have ${count}. Ask for longer intervals or less time.`,
      { argument: 'intervalSeconds' },
    );
  if (start + count * intervalMicroseconds > LAST_INSTANT)
    throw new Problem('BAD_USER_INPUT', 'The last interval ends after the year 9999.', { argument: 'intervalSeconds' });
  return {
    intervalMicroseconds,
    starts: Array.from({ length: count }, (_, number) => start + number * intervalMicroseconds),
  };
}
