import { Problem } from '../../core/values/problem.ts';
import { orUnavailable } from './unavailable.ts';

/** PostgreSQL's codes for what it says to who connects. */
const REFUSALS: { [code: string]: string } = {
  '28P01': 'It does not know this user with this password.',
  '28000': 'It does not let this user in.',
  '3D000': 'It has no database of this name.',
  '42501': 'This user may not connect to this database.',
};

/** What stands in the way of the database at an address, for whoever wrote the address: without the password in it. */
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
  error instanceof Problem && error.cause ? error.message.replace(' Send the request again.', '') : null;

/** Node and OpenSSL know more such codes than anybody would list; `pg` has none for a server without TLS. */
const isOfTls = (error: unknown): error is Error =>
  error instanceof Error && /certificate|\bSSL\b|\bTLS\b|self.signed/i.test(error.message);
