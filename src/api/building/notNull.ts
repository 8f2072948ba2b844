import { Problem } from '../../core/values/problem.ts';

/** Throws BAD_USER_INPUT if one of these fields is null. Lists, maps and booleans can be omitted, but not cleared. */
export function notNull<Input extends object>(input: Input, fields: readonly (keyof Input & string)[]): void {
  for (const field of fields)
    if (input[field] === null)
      throw new Problem('BAD_USER_INPUT', `\`${field}\` must not be null. Omit it to leave it unchanged.`, { field });
}
