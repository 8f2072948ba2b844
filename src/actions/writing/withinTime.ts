import { runInNewContext } from 'node:vm';

/** What users wrote kept the processor busy for longer than it may. */
export class TookTooLong extends Error {}

/**
 * Users write JSON Schemas, regular expressions in them, and rules of calendars, and a short one can keep a processor busy
 * for years: an expression that backtracks, a 30th of February that is looked for until the year 9999. All other requests
 * wait meanwhile. Node ends work in time only where it was begun by a script, hence this one, which does nothing but begin
 * it.
 * @throws TookTooLong
 */
export function withinTime<Result>(milliseconds: number, work: () => Result): Result {
  try {
    return runInNewContext('work()', { work }, { timeout: milliseconds });
  } catch (error) {
    // It comes from within the script, where `Error` is another class.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw new TookTooLong(`more than ${milliseconds} ms`);
    throw error;
  }
}
