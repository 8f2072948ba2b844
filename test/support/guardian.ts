// A process that outlives the one that started it: when its stdin ends, it kills every PostgreSQL in a directory and
// removes the directory.
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findPostmaster } from '../../src/store/embedded/postmaster.ts';

const directory = process.argv[2] ?? '';
process.stdin.once('end', clear).resume();

function clear(): void {
  const folders = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const folder of ['', ...folders.map(({ name }) => name)]) {
    const postmaster = findPostmaster(path.join(directory, folder, 'postgres', 'data'));
    if (postmaster) process.kill(postmaster.pid, 'SIGQUIT');
  }
  // PostgreSQL still writes files while it ends.
  rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
}
