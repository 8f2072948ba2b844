// Bundles the program into dist/. Packages are not bundled. Each dynamic import becomes a separate file, so that
// `flowql config` does not load modules that only `flowql serve` needs.
import { chmod, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

await rm(`${root}/dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/flowql.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  sourcemap: true,
  // Set before `serve` loads graphql. Otherwise graphql runs extra checks in every `instanceOf`, and a page of runs
  // with their task runs takes 1.15 times the CPU.
  banner: { js: "process.env.NODE_ENV ??= 'production';" },
  logLevel: 'warning',
});
await chmod(`${root}/dist/flowql.js`, 0o755);
