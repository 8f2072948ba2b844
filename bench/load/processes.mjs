// CPU time and memory of processes, from /proc. Linux counts CPU time in ticks of 10 ms.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const TICK_US = 10_000;

/** Every process of the machine: its parent, and its CPU time with that of its children that have ended. */
function processes() {
  const all = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'latin1');
      // The second field, the name in parentheses, may contain spaces.
      const [, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
      const [user, system, endedUser, endedSystem] = rest.slice(9, 13).map(Number);
      all.set(Number(name), { parent: Number(parent), cpuUs: (user + system + endedUser + endedSystem) * TICK_US });
    } catch {
      // The process has ended meanwhile.
    }
  }
  return all;
}

function isBelow(all, roots, pid) {
  for (let each = pid; each > 1; each = all.get(each)?.parent ?? 0) if (roots.includes(each)) return true;
  return false;
}

/** These processes and all processes below them. */
function treeOf(roots) {
  const all = processes();
  return [...all].filter(([pid]) => isBelow(all, roots, pid)).map(([pid, { cpuUs }]) => ({ pid, cpuUs }));
}

/** Microseconds of CPU time of these processes and all processes below them. */
export const cpuOf = (roots) => (roots.length === 0 ? 0 : treeOf(roots).reduce((sum, { cpuUs }) => sum + cpuUs, 0));

/** Resident memory in MB of these processes and all processes below them. */
export const memoryOf = (roots) => treeOf(roots).reduce((sum, { pid }) => sum + memoryOfOne(pid), 0);

/** The same for one process: `flowql serve` may have PostgreSQL below it. */
export function memoryOfOne(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

export const cpuOfOne = (pid) => processes().get(pid)?.cpuUs ?? 0;

export const isRunning = (pid) => existsSync(`/proc/${pid}`);

/** Microseconds that all processors of the machine have worked. */
export function machineUs() {
  const [user, nice, system, , , interrupts, softInterrupts] = readFileSync('/proc/stat', 'latin1')
    .split('\n')[0]
    .split(/ +/)
    .slice(1)
    .map(Number);
  return (user + nice + system + interrupts + softInterrupts) * TICK_US;
}

/** Halts these processes and all processes below them, so that they cannot work during another server's round. */
export function halt(roots) {
  for (const pid of [...roots, ...treeOf(roots).map((process) => process.pid)]) send(pid, 'SIGSTOP');
}

/** The roots continue last: a supervisor must not find that a child of it does not answer. */
export async function resume(roots) {
  for (const { pid } of treeOf(roots)) if (!roots.includes(pid)) send(pid, 'SIGCONT');
  await pause(150);
  for (const pid of roots) send(pid, 'SIGCONT');
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // The process has ended.
  }
}
