import { readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { guardedDirectory } from './guardedDirectory.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** A change of the program: replaces a text in a file of src/. */
export interface Mutation {
  /** The name of the file without its folder. */
  file: string;
  from: string;
  to: string;
}

export interface Program {
  path: string;
  remove(): Promise<void>;
}

/** Bundles the program, with a planted fault if there is a mutation. */
export async function buildProgram(mutation?: Mutation): Promise<Program> {
  const { path: directory, remove } = await guardedDirectory();
  // The program finds packages and migrations in the folders above its own.
  for (const folder of ['node_modules', 'prisma']) await symlink(path.join(ROOT, folder), path.join(directory, folder));
  const outfile = path.join(directory, 'dist', 'flowql.mjs');
  let mutated = 0;
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
          if (!mutation) return;
          onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
            const contents = await readFile(file, 'utf8');
            if (path.basename(file) !== mutation.file || !contents.includes(mutation.from)) return null;
            mutated += 1;
            return { contents: contents.replaceAll(mutation.from, mutation.to), loader: 'ts' };
          });
        },
      },
    ],
  });
  if (mutation && mutated !== 1)
    throw new Error(`${mutated} files ${mutation.file} contain ${mutation.from}, so the fault cannot be planted`);
  return { path: outfile, remove };
}
