import { Problem } from '../../src/core/values/problem.ts';

/** The message of the BAD_USER_INPUT that a check throws, which names its field in the details, too. */
export function refused(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    if (error instanceof Problem && error.code === 'BAD_USER_INPUT' && typeof error.details.field === 'string')
      return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}
