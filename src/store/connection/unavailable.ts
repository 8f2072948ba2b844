import { Problem } from '../../core/values/problem.ts';

/**
 * Error codes of Node (no connection) and PostgreSQL (appendix A of its manual) after which the same request may be
 * retried.
 */
const CODES: { [code: string]: string } = {
  ECONNREFUSED: 'nothing listens at its address',
  ECONNRESET: 'the connection was lost',
  EPIPE: 'the connection was lost',
  ETIMEDOUT: 'it did not answer in time',
  EHOSTUNREACH: 'its host cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name cannot be looked up now',
  ENOENT: 'its socket does not exist',
  '25006': 'it is read-only, for example a standby',
  '53100': 'its disk is full',
  '53200': 'it is out of memory',
  '53300': 'it has no free connection',
  '55P03': 'another transaction holds a lock for too long',
  '57014': 'the statement took too long',
  '57P01': 'it is shutting down',
  '57P02': 'it has crashed and is restarting',
  '57P03': 'it is starting or shutting down',
};

/** Messages of `pg` for errors without a code. */
const MESSAGES: { [message: string]: string } = {
  'timeout exceeded when trying to connect': 'every connection is busy, or it does not answer',
  'Query read timeout': 'it did not answer in time',
  'Connection terminated due to connection timeout': 'it did not answer in time',
  'Connection terminated unexpectedly': 'the connection was lost',
  'Connection terminated': 'the connection was closed',
  'Client has encountered a connection error and is not queryable': 'the connection was lost',
  'Client was closed and is not queryable': 'the connection was closed',
  'Cannot use a pool after calling end on the pool': 'this server is stopping',
};

/**
 * Returns the UNAVAILABLE Problem if the error means that the database could not do the work; otherwise returns the
 * error unchanged.
 */
export function orUnavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Problem) return error;
  const reason = reasonOf(error);
  return reason === null ? error : unavailable(reason, error);
}

export function unavailable(reason: string, cause: unknown): Problem {
  const problem = new Problem('UNAVAILABLE', `The database is unavailable: ${reason}. Retry the request.`);
  problem.cause = cause;
  return problem;
}

function reasonOf(error: Error & { code?: unknown }): string | null {
  const code = typeof error.code === 'string' ? error.code : '';
  if (code.startsWith('08')) return 'the connection was lost';
  return CODES[code] ?? MESSAGES[error.message] ?? null;
}
