import { Problem } from '../../core/values/problem.ts';

/** Refuses null where it would mean nothing: lists, maps and switches can be left out, or set, but not cleared. */
export function notNull<Input extends object>(input: Input, fields: readonly (keyof Input & string)[]): void {
  for (const field of fields)
    if (input[field] === null)
      throw new Problem('BAD_USER_INPUT', `${field} may be left out, but not be null.`, { field });
}
