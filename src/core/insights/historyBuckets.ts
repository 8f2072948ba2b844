import { type Instant, LAST_INSTANT } from '../values/instant.ts';
import { Problem } from '../values/problem.ts';

export const MAX_HISTORY_BUCKETS = 500;

export interface HistoryRequest {
  /** Inclusive. */
  start: Instant;
  /** Exclusive. */
  end: Instant;
  /** At least 1. */
  intervalSeconds: number;
}

/** Consecutive intervals of equal length. */
export interface Buckets {
  intervalMicroseconds: number;
  starts: Instant[];
}

/**
 * Divides the time from start to end into buckets. The last one may extend beyond the end. Throws LIMIT_EXCEEDED for
 * more than 500 buckets; Prefect 3 returns the first 500 without an error.
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
      `A history has at most ${MAX_HISTORY_BUCKETS} intervals, and this one would have ${count}. Increase \`intervalSeconds\` or shorten the time range.`,
      { argument: 'intervalSeconds' },
    );
  if (start + count * intervalMicroseconds > LAST_INSTANT)
    throw new Problem('BAD_USER_INPUT', 'The last interval ends after the year 9999.', { argument: 'intervalSeconds' });
  return {
    intervalMicroseconds,
    starts: Array.from({ length: count }, (_, number) => start + number * intervalMicroseconds),
  };
}
