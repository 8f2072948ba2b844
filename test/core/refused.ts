import { Problem } from '../../src/core/values/problem.ts';

/** Returns the message of the BAD_USER_INPUT that a check throws. Its details must name the field, too. */
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
