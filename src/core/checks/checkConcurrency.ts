import { LEASE_SECONDS_RANGE, MAX_CONCURRENCY } from '../concurrency/concurrency.ts';
import { LIMITS } from '../values/limits.ts';
import { checkText, count, refuse } from './checkText.ts';

/** Checks a limit on concurrent runs. */
export const checkConcurrency = (field: string, limit: number | null | undefined): void =>
  checkWholeNumber(field, limit, { min: 0, max: MAX_CONCURRENCY });

/** Checks how long a deployment's slot is kept without renewal. */
export const checkLeaseSeconds = (field: string, seconds: number | null | undefined): void =>
  checkWholeNumber(field, seconds, LEASE_SECONDS_RANGE);

/** Checks a tag: 1 to 255 characters. */
export function checkTag(field: string, tag: string): void {
  if (tag === '') refuse(field, 'must not be empty.');
  checkText(field, tag, LIMITS.tagCharacters);
}

function checkWholeNumber(
  field: string,
  value: number | null | undefined,
  { min, max }: { min: number; max: number },
): void {
  if (value == null) return;
  if (!Number.isInteger(value) || value < min || value > max)
    refuse(field, `must be a whole number from ${count(min)} to ${count(max)}.`);
}
