import { once } from 'node:events';
import type { Program } from './program.ts';
import { type NodeProcess, startNode } from './startNode.ts';
import { waitFor } from './waitFor.ts';

export interface ServerProcess {
  url: string;
  /** Kills the process, as a crash would. */
  kill(): Promise<void>;
}

const ADDRESS = /(http:\/\/\S+)\/graphql/;

/** Starts a server process on a database and waits until it is ready. It chooses a free port unless it gets one. */
export async function startServerProcess(
  program: Program,
  databaseUrl: string,
  port = 0,
  settings: Record<string, string> = {},
): Promise<ServerProcess> {
  const { FLOWQL_HOST: _, ...environment } = process.env;
  const child = startNode([program.path, 'serve'], {
    ...environment,
    DATABASE_URL: databaseUrl,
    FLOWQL_PORT: String(port),
    FLOWQL_LOG_LEVEL: 'warn',
    FLOWQL_POOL_SIZE: '6',
    ...settings,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output += text;
    });
  await waitFor(() => {
    if (child.exitCode !== null) throw new Error(`the server ended: ${output}`);
    return ADDRESS.test(output);
  });
  return { url: ADDRESS.exec(output)?.[1] ?? '', kill: () => ended(child) };
}

async function ended(child: NodeProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
