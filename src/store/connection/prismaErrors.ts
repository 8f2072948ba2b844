import pg from 'pg';
import { orUnavailable, unavailable } from './unavailable.ts';

/** The kinds of errors that Prisma's adapter makes of lost connections. */
const REASONS: { [kind: string]: string } = {
  DatabaseNotReachable: 'it cannot be reached',
  ConnectionClosed: 'the connection was lost',
  SocketTimeout: 'it did not answer in time',
};

interface DriverError {
  kind: string;
  /** PostgreSQL's code and message. */
  originalCode?: string;
  originalMessage?: string;
  constraint?: { index?: string };
}

/**
 * Returns the error that a statement would have thrown instead of this error of Prisma: the UNAVAILABLE Problem if the
 * database could not do the work, or PostgreSQL's error with its code and constraint. Other errors are returned
 * unchanged.
 */
export function databaseError(error: unknown): unknown {
  const { kind = '', originalCode, originalMessage = '', constraint } = driverErrorOf(error);
  const reason = REASONS[kind];
  if (reason !== undefined) return unavailable(reason, error);
  if (originalCode === undefined) return orUnavailable(error);
  const known = new pg.DatabaseError(originalMessage, originalMessage.length, 'error');
  return orUnavailable(Object.assign(known, { code: originalCode, constraint: constraint?.index, cause: error }));
}

/** Prisma wraps its adapter's error in its own. */
function driverErrorOf(error: unknown): Partial<DriverError> {
  const { meta } = (error ?? {}) as { meta?: { driverAdapterError?: { cause?: DriverError } } };
  return meta?.driverAdapterError?.cause ?? {};
}
