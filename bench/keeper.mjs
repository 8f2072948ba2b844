import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const KEEPER = path.join(import.meta.dirname, 'keeperProcess.mjs');

/**
 * Starts a process that ends the programs of a bench and deletes its directories. It does so when `end` is called, and also
 * when the bench itself ends, in any way: by an error, by Ctrl-C or by SIGKILL.
 */
export function startKeeper() {
  const keeper = spawn(process.execPath, [KEEPER], { detached: true, stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(keeper, 'exit');
  const note = (entry) => keeper.stdin.write(`${JSON.stringify(entry)}\n`);
  return {
    /**
     * Starts a program in a process group of its own, which Ctrl-C does not reach.
     * @param {{ signal?: string }} options those of `spawn`, and the signal that ends the program
     */
    start(command, args, { signal = 'SIGTERM', ...options } = {}) {
      const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options, detached: true });
      if (child.pid) note({ pid: child.pid, signal });
      return child;
    },
    deleteLater: (directory) => note({ directory }),
    /** Ends the programs, the last one first, and deletes the directories. */
    async end() {
      keeper.stdin.end();
      await ended;
    },
  };
}
