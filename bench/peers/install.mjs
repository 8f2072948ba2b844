import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ON_DISK } from '../server.mjs';

const run = promisify(execFile);

/** Outside /root, which the user that runs PostgreSQL may not enter, and outside node_modules: no peer is a dependency. */
export const CACHE = path.join(ON_DISK, `flowql-bench-cache-${userInfo().uid}`);

/** Installs npm packages, once for each set of versions, and returns their directory. */
export const installPackages = (name, packages) =>
  installOnce(name, packages, async (directory) => {
    await writeFile(path.join(directory, 'package.json'), '{ "private": true }');
    await run('npm', ['install', '--no-audit', '--no-fund', '--no-save', ...packages], { cwd: directory });
  });

/** Makes a virtual environment of Python with these packages, and returns its directory. */
export const installPython = (name, packages) =>
  installOnce(name, packages, async (directory) => {
    await run('python3', ['-m', 'venv', '--clear', directory]);
    await run(path.join(directory, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', ...packages]);
  });

/**
 * Returns the command of a Redis and the directory of its libraries. If none is installed, Debian's packages are unpacked, not
 * installed: that needs no rights.
 */
export async function installRedis(packages) {
  for (const command of ['redis-server', 'valkey-server']) {
    const isThere = await run(command, ['--version']).catch(() => null);
    if (isThere) return { command };
  }
  const directory = await installOnce('redis', packages, async (into) => {
    await run('apt-get', ['download', '--quiet', ...packages], { cwd: into });
    await run('sh', ['-c', 'for each in *.deb; do dpkg -x "$each" .; done'], { cwd: into });
  });
  const { stdout } = await run('dpkg-architecture', ['-qDEB_HOST_MULTIARCH']).catch(() => ({
    stdout: `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`,
  }));
  return {
    command: path.join(directory, 'usr/bin/redis-server'),
    libraries: path.join(directory, 'usr/lib', stdout.trim()),
  };
}

async function installOnce(name, packages, install) {
  const directory = path.join(CACHE, name);
  // Written last, to mark a complete installation.
  const ready = path.join(directory, 'ready');
  const wanted = packages.join('\n');
  if (existsSync(ready) && (await readFile(ready, 'utf8')) === wanted) return directory;
  console.error(`Installing ${packages.join(', ')} into ${directory}.`);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o755 });
  try {
    await install(directory);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    const reason = (error.stderr || error.message).trim().split('\n').slice(-2).join(' ');
    throw new Error(`${packages[0]} cannot be installed: ${reason}`);
  }
  await writeFile(ready, wanted);
  return directory;
}
