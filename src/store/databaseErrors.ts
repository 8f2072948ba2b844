// PostgreSQL's error codes, by what they mean to a writer. https://www.postgresql.org/docs/current/errcodes-appendix.html

interface DatabaseError {
  code: string;
  constraint?: string;
}

const isDatabaseError = (error: unknown): error is DatabaseError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const UNIQUE_VIOLATION = '23505';
/** Two requests with one idempotency key at once: the one that lost finds the other's answer when it tries again. */
const KEY_RACE = 'idempotency_key_pkey';
/** A version given twice would be a fault of the run lock. It must be seen, so it is never tried again. */
const VERSION_CONSTRAINTS = ['flow_run_state_flow_run_id_version_key', 'task_run_state_task_run_id_version_key'];

export function isTransient(error: unknown): boolean {
  if (!isDatabaseError(error)) return false;
  if (error.code === UNIQUE_VIOLATION) return error.constraint === KEY_RACE;
  return error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK;
}

/** Data exceptions (class 22) and integrity violations (class 23): a single row can cause them. */
export function isOneRowsFault(error: unknown): boolean {
  if (!isDatabaseError(error)) return false;
  if (error.constraint !== undefined && VERSION_CONSTRAINTS.includes(error.constraint)) return false;
  return error.code.startsWith('22') || error.code.startsWith('23');
}

/** Whether this constraint was violated; by name, as the migrations gave it. */
export const violates = (error: unknown, constraint: string): boolean =>
  isDatabaseError(error) && error.constraint === constraint;
