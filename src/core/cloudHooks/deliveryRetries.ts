/** The delay after each failed attempt. After the last attempt the event is dropped: about 13 minutes in total. */
const RETRY_AFTER_SECONDS = [5, 30, 120, 600];

/** Returns the seconds until the next attempt, given the number of attempts so far; null if there are no more. */
export const deliveryRetryAfter = (attempts: number): number | null => RETRY_AFTER_SECONDS[attempts - 1] ?? null;

/** Whether the receiver has the event. A redirect is not followed, so it is a failure. */
export const isDelivered = (status: number): boolean => status < 300;

const TOO_MANY_REQUESTS = 429;

/** Whether a later attempt may succeed: after a 5xx or a 429. Any other 4xx would be repeated. */
export const isWorthRetrying = (status: number): boolean => status >= 500 || status === TOO_MANY_REQUESTS;
