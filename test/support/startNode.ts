import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const END_WITH_PARENT = fileURLToPath(new URL('endWithParent.mjs', import.meta.url));

export type NodeProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts a Node.js process. It receives SIGTERM when this process ends, even if this process is killed. */
export function startNode(args: readonly string[], env: NodeJS.ProcessEnv = process.env): NodeProcess {
  return spawn(process.execPath, ['--import', END_WITH_PARENT, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
}
