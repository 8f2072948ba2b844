import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** PostgreSQL's main process, as its own `postmaster.pid` tells of it. */
export interface Postmaster {
  pid: number;
  port: number;
}

/** No system gives a process this number. */
const NOBODY = 2 ** 31 - 1;

const pidFile = (data: string) => path.join(data, 'postmaster.pid');

/** The PostgreSQL that runs on these files, or null. */
export function findPostmaster(data: string): Postmaster | null {
  const postmaster = readPostmaster(data);
  return postmaster && isPostmaster(postmaster.pid, data) ? postmaster : null;
}

function readPostmaster(data: string): Postmaster | null {
  try {
    const [pid, , , port] = readFileSync(pidFile(data), 'utf8').split('\n').map(Number);
    return pid && port ? { pid, port } : null;
  } catch {
    return null;
  }
}

/** Whether the process runs and is the PostgreSQL of these files. Where only its number can be asked, that must do. */
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
 * A PostgreSQL that was killed leaves its `postmaster.pid`. A new one sees through that where the number in it is free. It
 * takes the old one for alive, and refuses to start, where the number is a zombie's (nobody reaps, in many containers) or
 * another program's by now (after a restart of the container). We then put a number there that nobody has. The rest of
 * the file stays: PostgreSQL finds in it the shared memory by which it knows whether the old server's children still run.
 */
export function disownPidFile(data: string): void {
  const postmaster = readPostmaster(data);
  if (!postmaster || !isRunning(postmaster.pid) || isPostmaster(postmaster.pid, data)) return;
  const lines = readFileSync(pidFile(data), 'utf8').split('\n');
  writeFileSync(pidFile(data), [NOBODY, ...lines.slice(1)].join('\n'));
}

/** Whether a process has this number, a zombie or one of another user included. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
