import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const GUARDIAN = fileURLToPath(new URL('guardian.ts', import.meta.url));

export interface GuardedDirectory {
  path: string;
  remove(): Promise<void>;
}

/**
 * Creates a temporary directory. A guardian process removes it, and kills the PostgreSQL servers with data there, after
 * `remove` or when this process ends, even if this process is killed.
 */
export async function guardedDirectory(): Promise<GuardedDirectory> {
  const directory = await mkdtemp(path.join(tmpdir(), 'flowql-test-'));
  // As root, PostgreSQL runs as another user, who needs access.
  await chmod(directory, 0o755);
  // Detached, because Ctrl-C interrupts all processes of the terminal's group.
  const guardian = spawn(process.execPath, ['--import', 'tsx', GUARDIAN, directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  guardian.unref();
  return {
    path: directory,
    async remove() {
      const exit = once(guardian, 'exit');
      guardian.ref();
      guardian.stdin.end();
      const [code] = await exit;
      if (code !== 0) throw new Error(`${directory} was not removed`);
    },
  };
}
