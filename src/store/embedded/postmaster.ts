import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readPlainFile, rewritePlainFile } from './plainFile.ts';

/** PostgreSQL's main process, as described by its `postmaster.pid`. */
export interface Postmaster {
  pid: number;
  port: number;
}

/** No system assigns this process id. */
const NOBODY = 2 ** 31 - 1;

const pidFile = (data: string) => path.join(data, 'postmaster.pid');

/** Returns the PostgreSQL that runs on these files; null if none does. */
export function findPostmaster(data: string): Postmaster | null {
  const postmaster = readPostmaster(data);
  return postmaster && isPostmaster(postmaster.pid, data) ? postmaster : null;
}

function readPostmaster(data: string): Postmaster | null {
  try {
    const [pid, , , port] = readPlainFile(pidFile(data)).split('\n').map(Number);
    // Negative in single-user mode.
    return pid && port ? { pid: Math.abs(pid), port } : null;
  } catch {
    return null;
  }
}

/**
 * Whether the process runs and is the PostgreSQL of these files. On systems without /proc, only its process id is
 * checked.
 */
function isPostmaster(pid: number, data: string): boolean {
  return process.platform === 'linux' ? isPostmasterOnLinux(pid, data) : isRunning(pid);
}

function isPostmasterOnLinux(pid: number, data: string): boolean {
  try {
    const state = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '')[0];
    return state !== 'Z' && state !== 'X' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data);
  } catch {
    return false;
  }
}

/**
 * A killed PostgreSQL leaves its `postmaster.pid`. A new one ignores the file if its process id is free. It refuses to
 * start if the id belongs to a zombie (many containers reap no processes) or to another program (after a restart of the
 * container). We then write an id that no process has. The rest of the file stays: it names the shared memory by which
 * PostgreSQL knows whether the old server's children still run.
 */
export function disownPidFile(data: string): void {
  const postmaster = readPostmaster(data);
  if (!postmaster || !isRunning(postmaster.pid) || isPostmaster(postmaster.pid, data)) return;
  const lines = readPlainFile(pidFile(data)).split('\n');
  rewritePlainFile(pidFile(data), [NOBODY, ...lines.slice(1)].join('\n'));
}

/** Whether a process with this id exists, including zombies and processes of other users. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
