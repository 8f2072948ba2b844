import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const PREFECT = 'prefect==1.4.1';
/** The companions in constraints.txt have wheels for these. */
const MINORS = [8, 9, 10, 11];

// Beside the packages of Node, which no commit holds either.
const CACHE = path.resolve(import.meta.dirname, '../node_modules/.cache/prefect1');

/** A Python that has Prefect 1, made on the first call, or why there is none. */
export function prefectEnvironment(constraints: string): { python: string } | { skipped: string } {
  const name = createHash('sha256').update(PREFECT).update(readFileSync(constraints)).digest('hex').slice(0, 12);
  const home = path.join(CACHE, name);
  const python = pythonIn(home);
  // Written last, so that half of an installation is never taken for one. It cannot be moved into place: it knows its path.
  const ready = path.join(home, 'ready');
  if (existsSync(ready)) return { python };

  const system = systemPython();
  if (system === null) return { skipped: `They need Python 3.${MINORS[0]} to 3.${MINORS.at(-1)} with venv.` };
  console.log(`Installing ${PREFECT} into ${home}, once.`);
  const steps: [string, string[]][] = [
    [system, ['-m', 'venv', '--clear', home]],
    [python, ['-m', 'pip', 'install', '--quiet', '--constraint', constraints, PREFECT, 'setuptools']],
  ];
  for (const [command, args] of steps) {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status === 0) continue;
    rmSync(home, { recursive: true, force: true });
    return {
      skipped: `${PREFECT} could not be installed (no network?):\n${stderr.trim().split('\n').slice(-3).join('\n')}`,
    };
  }
  writeFileSync(ready, '');
  return { python };
}

const pythonIn = (home: string) =>
  process.platform === 'win32' ? path.join(home, 'Scripts', 'python.exe') : path.join(home, 'bin', 'python');

function systemPython(): string | null {
  const names = [...MINORS.toReversed().map((minor) => `python3.${minor}`), 'python3', 'python'];
  const check = `import sys, venv, ensurepip; sys.exit(sys.version_info[0] != 3 or sys.version_info[1] not in ${JSON.stringify(MINORS)})`;
  return names.find((name) => spawnSync(name, ['-c', check]).status === 0) ?? null;
}
