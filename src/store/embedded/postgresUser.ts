import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Problem } from '../../core/values/problem.ts';

export interface PostgresUser {
  name: string;
  uid: number;
  gid: number;
}

/** The user that PostgreSQL runs as, because it refuses to run as root. Null: the current user. */
export function postgresUser(): PostgresUser | null {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map(readUser);
  // initdb needs a user name, so a user id that is not in this file does not work.
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

/** Whether the user may traverse to this directory, which must exist. */
export function canReach(user: PostgresUser | null, directory: string): boolean {
  if (!user) return true;
  const { mode, uid, gid } = statSync(directory);
  const mayEnter = uid === user.uid ? mode & 0o100 : gid === user.gid ? mode & 0o010 : mode & 0o001;
  const parent = path.dirname(directory);
  return mayEnter !== 0 && (parent === directory || canReach(user, parent));
}
