// PostgreSQL's error codes, by what they mean to a writer. https://www.postgresql.org/docs/current/errcodes-appendix.html

import { Problem } from '../../core/values/problem.ts';

interface DatabaseError {
  code: string;
  constraint?: string;
}

/** Node's errors have a `code`, too, in words. */
const isDatabaseError = (error: unknown): error is DatabaseError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code);

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const UNIQUE_VIOLATION = '23505';
/**
 * Two requests with one idempotency key or for one task run, reports of one state, or batches of one log line, at once: the
 * one that lost finds what the other wrote when it tries again.
 */
const RACES = [
  'idempotency_key_pkey',
  'task_run_pkey',
  'task_run_tenant_id_flow_run_id_task_key_dynamic_key_key',
  'task_run_state_pkey',
  'log_pkey',
];
/** A version given twice would be a fault of the run lock. It must be seen, so it is never tried again. */
const VERSION_CONSTRAINTS = ['flow_run_state_flow_run_id_version_key', 'task_run_state_task_run_id_version_key'];

export function isTransient(error: unknown): boolean {
  if (!isDatabaseError(error)) return false;
  if (error.code === UNIQUE_VIOLATION) return RACES.includes(error.constraint ?? '');
  return error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK;
}

/** Data exceptions (class 22), integrity violations (23) and values past a limit of PostgreSQL (54). */
const ROW_FAULTS = /^(22|23|54)/;

/**
 * Whether a single row can have caused this. Where it was no error of the database, a job may have made our own code
 * stumble, or its texts are too long for one statement: then the others go better without it, too.
 */
export function isOneRowsFault(error: unknown): boolean {
  if (error instanceof Problem) return false;
  if (!isDatabaseError(error)) return true;
  if (error.constraint !== undefined && VERSION_CONSTRAINTS.includes(error.constraint)) return false;
  return ROW_FAULTS.test(error.code);
}

/** Whether this constraint was violated; by name, as the migrations gave it. */
export const violates = (error: unknown, constraint: string): boolean =>
  isDatabaseError(error) && error.constraint === constraint;

/** What the old server said of rows that contradict others. Prefect 1 clients compare these texts, to the dot. */
const VIOLATIONS: Record<string, () => Problem> = {
  [UNIQUE_VIOLATION]: () => new Problem('CONFLICT', 'Uniqueness violation.'),
  '23503': () => new Problem('REFERENCE_NOT_FOUND', 'Foreign key violation.'),
};

/** Throws a violated key as the Problem that Prefect 1 clients know, and anything else as it is: `.catch(throwViolation)`. */
export function throwViolation(error: unknown): never {
  const problem = isDatabaseError(error) ? VIOLATIONS[error.code]?.() : undefined;
  throw problem ?? error;
}
