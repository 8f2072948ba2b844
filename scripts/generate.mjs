// Generates the Prisma client in src/store/generated, unless it is up to date. npm runs this after each installation in a
// clone (the script `dependencies`), but not after an installation of the package.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const fingerprintFile = `${root}/src/store/generated/fingerprint`;

const fingerprint = createHash('sha256');
for (const file of ['prisma/schema.prisma', 'prisma.config.ts', 'scripts/generate.mjs'])
  fingerprint.update(readFileSync(`${root}/${file}`));
// Uses the version from package.json: Prisma is not installed after `npm prune --omit=dev`.
fingerprint.update(JSON.parse(readFileSync(`${root}/package.json`, 'utf8')).devDependencies.prisma);
const wanted = fingerprint.digest('hex');

const found = existsSync(fingerprintFile) ? readFileSync(fingerprintFile, 'utf8') : null;
if (found !== wanted) {
  const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [prisma, 'generate', '--no-hints'], {
    cwd: root,
    encoding: 'utf8',
    // Prisma would first download its schema engine from its own host. Generating does not run the engine, so any
    // executable will do.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
  });
  if (status !== 0) {
    process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
    process.exit(status ?? 1);
  }
  writeFileSync(fingerprintFile, wanted);
}
