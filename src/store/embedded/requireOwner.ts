import { statSync } from 'node:fs';
import { Problem } from '../../core/values/problem.ts';
import type { PostgresUser } from './postgresUser.ts';

const WRITABLE_BY_OTHERS = 0o022;

/**
 * Throws a Problem if others can replace the files in this directory: if it belongs to neither root nor this user, or if
 * others may write there. By default the user is the current one. A missing directory passes.
 */
export function requireOwner(directory: string, user: PostgresUser | null = null): void {
  const uid = user?.uid ?? process.getuid?.();
  const facts = statSync(directory, { throwIfNoEntry: false });
  // Windows has neither owners nor modes.
  if (uid === undefined || !facts) return;
  if (facts.uid !== uid && facts.uid !== 0)
    throw unsafe(
      `${directory} belongs to the user with id ${facts.uid}, who could replace the database. Start FlowQL as that user, or run: chown ${uid} ${directory}`,
    );
  if (facts.mode & WRITABLE_BY_OTHERS)
    throw unsafe(`Other users can write in ${directory}, and could replace the database. Run: chmod go-w ${directory}`);
}

const unsafe = (sentence: string) => new Problem('FAILED_PRECONDITION', sentence);
