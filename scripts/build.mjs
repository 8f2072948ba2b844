// Bundles the program and its packages into dist/. Only PostgreSQL remains a dependency, so an installation has two packages.
// Users run the versions of package-lock.json; npm ignores the `overrides` of a dependency, so without the bundle they would
// get others. Dynamic imports become separate files, so that `flowql config` does not load the code of `flowql serve`.
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
  // graphql is published as CommonJS and as ES modules. It rejects types from another copy of itself.
  alias: { graphql: 'graphql/index.mjs' },
  // Optional packages that ws and pg load if they are installed.
  external: ['bufferutil', 'utf-8-validate', 'pg-native'],
  banner: {
    js: [
      // Bundled CommonJS packages call `require` for the modules of Node.
      "import { createRequire as createRequireForBundle } from 'node:module';",
      'const require = createRequireForBundle(import.meta.url);',
      // Must be set before `serve` loads graphql, which otherwise checks its `instanceof` calls for a second copy of itself.
      // A page of runs with their task runs then takes 1.15 times the CPU.
      "process.env.NODE_ENV ??= 'production';",
    ].join('\n'),
  },
  metafile: true,
  logLevel: 'warning',
});
await chmod(`${root}/dist/flowql.js`, 0o755);
await writeFile(`${root}/dist/THIRD_PARTY_LICENSES`, await licensesOf(Object.keys(metafile.inputs), root));
