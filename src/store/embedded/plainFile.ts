import { closeSync, constants, fstatSync, ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { Problem } from '../../core/values/problem.ts';

// If FlowQL runs as root, another user owns PostgreSQL's files. That user could put a link in the place of a file that
// root writes or reads, so these functions follow no links.

/** Opens a file that has only this name. Throws a Problem for a link, a directory or a device. */
export function openPlainFile(file: string, flags: number): number {
  // Windows has no O_NOFOLLOW, and no root.
  const opened = openWithoutLink(file, flags | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  const facts = fstatSync(opened);
  if (facts.isFile() && facts.nlink === 1) return opened;
  closeSync(opened);
  throw notPlain(file);
}

function openWithoutLink(file: string, flags: number): number {
  try {
    return openSync(file, flags, 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ELOOP') throw notPlain(file);
    throw error;
  }
}

const notPlain = (file: string) =>
  new Problem('FAILED_PRECONDITION', `${file} is a link or not a file. Remove it, and check who can write there.`);

export function readPlainFile(file: string): string {
  const opened = openPlainFile(file, constants.O_RDONLY);
  try {
    return readFileSync(opened, 'utf8');
  } finally {
    closeSync(opened);
  }
}

/** Replaces the text of an existing file. */
export function rewritePlainFile(file: string, text: string): void {
  const opened = openPlainFile(file, constants.O_WRONLY);
  try {
    // Only after the check: a link's target must not be emptied.
    ftruncateSync(opened);
    writeFileSync(opened, text);
  } finally {
    closeSync(opened);
  }
}
