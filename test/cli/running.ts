import { type NodeProcess, startNode } from '../support/startNode.ts';
import { waitFor } from '../support/waitFor.ts';

export interface Running {
  process: NodeProcess;
  stdout: string;
  stderr: string;
  /** The exit code, or null while the process runs. */
  code: number | null;
}

/** Runs `flowql` from its sources. It gets only the given settings of the environment. */
export function flowql(parameters: string[], settings: NodeJS.ProcessEnv = {}): Running {
  const { PATH, HOME } = process.env;
  const child = startNode(['--import', 'tsx', 'src/cli/flowql.ts', ...parameters], { PATH, HOME, ...settings });
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
  await waitFor(() => running.code !== null);
  return running;
}

const ADDRESS = /(http:\/\/\S+)\/graphql/;

/** Returns the address that `flowql serve` prints when it is ready. */
export async function addressOf(running: Running): Promise<string> {
  await waitFor(() => ADDRESS.test(running.stderr) || running.code !== null);
  const [, url] = ADDRESS.exec(running.stderr) ?? [];
  if (url === undefined) throw new Error(`flowql serve did not start: ${running.stderr}`);
  return url;
}
