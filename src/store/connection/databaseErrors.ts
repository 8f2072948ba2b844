// PostgreSQL's error codes and what they mean for a writer.
// https://www.postgresql.org/docs/current/errcodes-appendix.html

import { Problem } from '../../core/values/problem.ts';

interface DatabaseError {
  code: string;
  constraint?: string;
}

/** Node's errors have a `code` too, such as `ECONNRESET`. */
const isDatabaseError = (error: unknown): error is DatabaseError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code);

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const UNIQUE_VIOLATION = '23505';
/**
 * Violated by concurrent requests with one idempotency key or for one task run, and by concurrent reports of one state
 * or batches with one log line. On a retry, the loser finds what the winner wrote.
 */
const RACES = [
  'idempotency_key_pkey',
  'task_run_pkey',
  'task_run_tenant_id_flow_run_id_task_key_dynamic_key_key',
  'task_run_state_pkey',
  'log_pkey',
];
/** A duplicate version would mean that the run lock failed. It is never retried, so that the error becomes visible. */
const VERSION_CONSTRAINTS = ['flow_run_state_flow_run_id_version_key', 'task_run_state_task_run_id_version_key'];

export function isTransient(error: unknown): boolean {
  if (!isDatabaseError(error)) return false;
  if (error.code === UNIQUE_VIOLATION) return RACES.includes(error.constraint ?? '');
  return error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK;
}

/** Data exceptions (class 22), integrity violations (23) and exceeded limits of PostgreSQL (54). */
const ROW_FAULTS = /^(22|23|54)/;

/**
 * Whether a single row may have caused this error. An error that is not from the database also counts: a job may have
 * made our own code fail, or its texts may be too long for one statement, and the other jobs succeed without it.
 */
export function isOneRowsFault(error: unknown): boolean {
  if (error instanceof Problem) return false;
  if (!isDatabaseError(error)) return true;
  if (error.constraint !== undefined && VERSION_CONSTRAINTS.includes(error.constraint)) return false;
  return ROW_FAULTS.test(error.code);
}

/** Whether the constraint with this name was violated. The migrations define the names. */
export const violates = (error: unknown, constraint: string): boolean =>
  isDatabaseError(error) && error.constraint === constraint;

/** The messages of Prefect 1's server for violated keys. Prefect 1 clients compare these texts exactly. */
const VIOLATIONS: Record<string, () => Problem> = {
  [UNIQUE_VIOLATION]: () => new Problem('CONFLICT', 'Uniqueness violation.'),
  '23503': () => new Problem('REFERENCE_NOT_FOUND', 'Foreign key violation.'),
};

/**
 * Throws the Problem that Prefect 1 clients expect for a violated key, and any other error unchanged:
 * `.catch(throwViolation)`.
 */
export function throwViolation(error: unknown): never {
  const problem = isDatabaseError(error) ? VIOLATIONS[error.code]?.() : undefined;
  throw problem ?? error;
}
