import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Problem } from '../../core/values/problem.ts';

export interface PostgresUser {
  name: string;
  uid: number;
  gid: number;
}

/** Who PostgreSQL runs as. It refuses to be root; null means: as whoever we are. */
export function postgresUser(): PostgresUser | null {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map(readUser);
  // initdb asks for a name, so a number that is not in this file would not do.
  const user = users.find(({ name }) => name === 'postgres') ?? users.find(({ name }) => name === 'nobody');
  if (user) return user;
  throw new Problem(
    'FAILED_PRECONDITION',
    'PostgreSQL does not run as root, and there is no user postgres or nobody. Run flowql as another user, or set DATABASE_URL.',
  );
}

function readUser(line: string): PostgresUser {
  const [name = '', , uid, gid] = line.split(':');
  return { name, uid: Number(uid), gid: Number(gid) };
}

/** Whether the user may go down to this directory, which exists. */
export function canReach(user: PostgresUser | null, directory: string): boolean {
  if (!user) return true;
  const { mode, uid, gid } = statSync(directory);
  const mayEnter = uid === user.uid ? mode & 0o100 : gid === user.gid ? mode & 0o010 : mode & 0o001;
  const parent = path.dirname(directory);
  return mayEnter !== 0 && (parent === directory || canReach(user, parent));
}
