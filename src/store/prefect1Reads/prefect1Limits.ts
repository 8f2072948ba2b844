import { count } from '../../core/checks/checkText.ts';
import { Problem } from '../../core/values/problem.ts';

/** The limits of one list. Each condition and sort key is SQL text and a parameter of its own; a list is one parameter. */
export const PREFECT1_LIMITS = {
  /** Keys of the objects in a `where`, columns and operators. */
  conditions: 2_000,
  /** Relations, `_and`, `_or` and `_not` within each other. */
  levels: 20,
  /** Of `_in`, `_nin`, `_has_keys_all` and `_has_keys_any`. */
  values: 10_000,
  /** Of `order_by`, `distinct_on` and the columns of a count. */
  keys: 100,
} as const;

/** Throws LIMIT_EXCEEDED. */
export function checkPrefect1Limit(limit: keyof typeof PREFECT1_LIMITS, size: number, what: string): void {
  const max = PREFECT1_LIMITS[limit];
  if (size > max)
    throw new Problem('LIMIT_EXCEEDED', `\`${what}\` can have at most ${count(max)} ${limit}.`, { limit, max });
}
