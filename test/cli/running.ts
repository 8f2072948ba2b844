import { type ChildProcess, spawn } from 'node:child_process';
import { waitFor } from '../support/waitFor.ts';

export interface Running {
  process: ChildProcess;
  stdout: string;
  stderr: string;
  /** The exit code, or null while the process runs. */
  code: number | null;
}

/** Runs `flowql` from its sources. It gets only the given settings of the environment. */
export function flowql(parameters: string[], settings: NodeJS.ProcessEnv = {}): Running {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/flowql.ts', ...parameters], {
    env: { PATH, HOME, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const running: Running = { process: child, stdout: '', stderr: '', code: null };
  child.stdout.on('data', (chunk) => {
    running.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    running.stderr += chunk;
  });
  child.on('close', (code, signal) => {
    running.code = code ?? (signal ? 128 : 0);
  });
  return running;
}

export async function finished(running: Running): Promise<Running> {
  await waitFor(() => running.code !== null, { timeoutMs: 60_000 });
  return running;
}

/** Returns the address that `flowql serve` prints when it is ready. */
export async function addressOf(running: Running): Promise<string> {
  await waitFor(() => /answers at \S+/.test(running.stderr) || running.code !== null, { timeoutMs: 60_000 });
  const [, url] = /answers at (\S+)\/graphql/.exec(running.stderr) ?? [];
  if (url === undefined) throw new Error(`flowql serve did not start: ${running.stderr}`);
  return url;
}
