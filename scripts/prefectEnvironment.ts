import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const PREFECT = 'prefect==1.4.1';
/** The Python 3 versions for which the packages in constraints.txt have wheels. */
const MINORS = [8, 9, 10, 11];

// In node_modules, which is not committed.
const CACHE = path.resolve(import.meta.dirname, '../node_modules/.cache/prefect1');

/** Returns a Python with Prefect 1, which the first call installs, or the reason why there is none. */
export function prefectEnvironment(constraints: string): { python: string } | { skipped: string } {
  const name = createHash('sha256').update(PREFECT).update(readFileSync(constraints)).digest('hex').slice(0, 12);
  const home = path.join(CACHE, name);
  const python = pythonIn(home);
  // Written last, to mark a complete installation. A virtual environment cannot be moved into place: it contains its
  // path.
  const ready = path.join(home, 'ready');
  if (existsSync(ready)) return { python };

  const system = systemPython();
  if (system === null) return { skipped: `They require Python 3.${MINORS[0]} to 3.${MINORS.at(-1)} with venv.` };
  console.log(`Installing ${PREFECT} into ${home}.`);
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
