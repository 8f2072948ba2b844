// Bundles the program and the packages it uses into dist/. Only PostgreSQL stays a package of its own, so an installation
// consists of two packages, at the versions of package-lock.json, whose `overrides` a dependency could not pass on.
// Dynamic imports become files of their own, so that `flowql config` does not load what only `flowql serve` needs.
import { chmod, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import './generate.mjs';
import { licensesOf } from './licenses.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

await rm(`${root}/dist`, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/flowql.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // graphql is published as CommonJS and as ES modules, and refuses types of another copy.
  alias: { graphql: 'graphql/index.mjs' },
  // They speed up ws and pg where somebody installs them beside flowql.
  external: ['bufferutil', 'utf-8-validate', 'pg-native'],
  banner: {
    js: [
      // Bundled CommonJS packages load modules of Node.
      "import { createRequire as createRequireForBundle } from 'node:module';",
      'const require = createRequireForBundle(import.meta.url);',
      // Before `serve` loads graphql, which otherwise doubts every `instanceof` of its own: answering a page of runs with
      // their task runs then takes 1.15 times the CPU.
      "process.env.NODE_ENV ??= 'production';",
    ].join('\n'),
  },
  metafile: true,
  logLevel: 'warning',
});
await chmod(`${root}/dist/flowql.js`, 0o755);
await writeFile(`${root}/dist/THIRD_PARTY_LICENSES`, await licensesOf(Object.keys(metafile.inputs), root));
