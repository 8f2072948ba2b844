import { Problem } from '../../core/values/problem.ts';
import { orUnavailable } from './unavailable.ts';

/** PostgreSQL's error codes for rejected connections. */
const REFUSALS: { [code: string]: string } = {
  '28P01': 'The user name or password is wrong.',
  '28000': 'The server does not allow this user to connect from here.',
  '3D000': 'The database does not exist.',
  '42501': 'The user may not connect to this database.',
};

/** Explains why the database at an address cannot be opened. The message contains the address without its password. */
export function openingFault(error: unknown, url: string): unknown {
  const { host, pathname } = new URL(url);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const unavailable = orUnavailable(error);
  const reason = REFUSALS[code] ?? (isOfTls(error) ? error.message : null) ?? reasonOf(unavailable);
  if (reason === null) return unavailable;
  const problem = new Problem('UNAVAILABLE', `PostgreSQL at ${host}${pathname} cannot be used. ${reason}`);
  problem.cause = error;
  return problem;
}

const reasonOf = (error: unknown): string | null =>
  error instanceof Problem && error.cause ? error.message.replace(' Retry the request.', '') : null;

/** Node and OpenSSL have too many TLS codes to list, and `pg` has none for a server without TLS. */
const isOfTls = (error: unknown): error is Error =>
  error instanceof Error && /certificate|\bSSL\b|\bTLS\b|self.signed/i.test(error.message);
