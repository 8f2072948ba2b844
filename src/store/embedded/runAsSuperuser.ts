import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { Problem } from '../../core/values/problem.ts';
import type { PostgresBinaries } from './postgresBinaries.ts';
import type { PostgresUser } from './postgresUser.ts';

/**
 * Executes one SQL statement as the superuser, on files that no server uses. PostgreSQL's single-user mode needs no
 * password and accepts no connections; only the owner of the files can start it. Throws a Problem with PostgreSQL's
 * reason.
 */
export async function runAsSuperuser(
  data: string,
  binaries: PostgresBinaries,
  { user, durable }: { user: PostgresUser | null; durable: boolean },
  sql: string,
): Promise<void> {
  // The statement contains a password, which must not be in the message.
  const settings = ['-c', 'exit_on_error=on', '-c', 'log_min_error_statement=panic', ...(durable ? [] : ['-F'])];
  const child = spawn(
    path.join(binaries.bin, 'postgres'),
    // -j: a statement ends with a semicolon and an empty line, not at the end of a line.
    ['--single', '-j', '-D', data, ...settings, 'postgres'],
    { cwd: data, stdio: ['pipe', 'ignore', 'pipe'], ...(user && { uid: user.uid, gid: user.gid }) },
  );
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  // If PostgreSQL ends early, its message says why.
  child.stdin.on('error', () => {}).end(`${sql};\n\n`);
  const [code, message] = await Promise.all([ended, text(child.stderr)]);
  if (code === 0) return;
  const [reason = `PostgreSQL ended with code ${code}`] = /(?:ERROR|FATAL|PANIC): .*/.exec(message) ?? [];
  throw new Problem('FAILED_PRECONDITION', `The role of the database could not be set up: ${reason}`);
}
