import { runInNewContext } from 'node:vm';

/** Code that a user supplied ran for longer than its limit. */
export class TookTooLong extends Error {}

/**
 * Runs `work` and stops it after a time limit. Users supply JSON Schemas, regular expressions in them and calendar
 * rules, and a short one can run for years: an expression that backtracks, or a search for 30 February until the year
 * 9999. All other requests wait meanwhile. Node can only stop code that a script started, so this starts `work` from a
 * script.
 * @throws TookTooLong
 */
export function withinTime<Result>(milliseconds: number, work: () => Result): Result {
  try {
    return runInNewContext('work()', { work }, { timeout: milliseconds });
  } catch (error) {
    // The error comes from the script's context, where `Error` is another class.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw new TookTooLong(`more than ${milliseconds} ms`);
    throw error;
  }
}
