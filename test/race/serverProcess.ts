import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import { waitFor } from '../support/waitFor.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** A change of the program: replaces a text in a file of src/. */
export interface Mutation {
  file: string;
  from: string;
  to: string;
}

export interface Program {
  path: string;
  remove(): Promise<void>;
}

/** Bundles the server, with a planted fault if there is a mutation. */
export async function buildProgram(mutation?: Mutation): Promise<Program> {
  // Inside the project, so that packages are found.
  const directory = await mkdtemp(path.join(ROOT, 'dist-race-'));
  await symlink(path.join(ROOT, 'prisma'), path.join(directory, 'prisma'));
  const outfile = path.join(directory, 'dist', 'flowql.js');
  let applied = mutation === undefined;
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/cli/flowql.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
    plugins: [
      {
        name: 'mutation',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
            const contents = await readFile(file, 'utf8');
            if (!mutation || path.relative(path.join(ROOT, 'src'), file) !== mutation.file)
              return { contents, loader: 'ts' };
            applied = contents.includes(mutation.from);
            return { contents: contents.replaceAll(mutation.from, mutation.to), loader: 'ts' };
          });
        },
      },
    ],
  });
  if (!applied) throw new Error(`${mutation?.file} does not hold ${mutation?.from}: the fault cannot be planted`);
  return { path: outfile, remove: () => rm(directory, { recursive: true }) };
}

export interface ServerProcess {
  url: string;
  /** Kills the process, as a crash would. */
  kill(): Promise<void>;
}

/** Starts a server process on a database and waits until it is ready. Settings are as in the environment. */
export async function startServerProcess(
  program: Program,
  databaseUrl: string,
  port?: number,
  settings: Record<string, string> = {},
): Promise<ServerProcess> {
  const chosen = port ?? (await freePort());
  const url = `http://127.0.0.1:${chosen}`;
  const { FLOWQL_HOST: _, ...environment } = process.env;
  const child = spawn(process.execPath, [program.path, 'serve'], {
    env: {
      ...environment,
      DATABASE_URL: databaseUrl,
      FLOWQL_PORT: String(chosen),
      FLOWQL_LOG_LEVEL: 'warn',
      FLOWQL_POOL_SIZE: '6',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  await waitFor(
    async () => {
      if (child.exitCode !== null) throw new Error(`the server ended: ${output}`);
      return (await fetch(`${url}/ready`).catch(() => null))?.ok ?? false;
    },
    { timeoutMs: 30_000 },
  );
  return { url, kill: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a server on TCP has a port');
  return address.port;
}
