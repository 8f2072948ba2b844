/** How long to wait after each attempt that failed. After the last one an event is given up: in all, a quarter of an hour. */
const RETRY_AFTER_SECONDS = [5, 30, 120, 600];

/** @returns seconds to wait before the next attempt, or null where there is none. @param attempts made so far */
export const deliveryRetryAfter = (attempts: number): number | null => RETRY_AFTER_SECONDS[attempts - 1] ?? null;

const TOO_MANY_REQUESTS = 429;

/**
 * Whether the receiver may take it the next time. An answer of the 400s is a no, but for "too many"; it would be the same
 * tomorrow.
 */
export const isWorthRetrying = (status: number): boolean => status >= 500 || status === TOO_MANY_REQUESTS;
