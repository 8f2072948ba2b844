import { defineConfig } from 'vitest/config';

// graphql 16 is published as CommonJS and as ES modules. Vite would load the ES modules and Node, for Pothos and yoga,
// the CommonJS; graphql rejects types of "another module or realm". The alias makes all of them load the same copy.
const resolve = { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] };

// These tests check when a change is delivered, and need a server without other open transactions, in any of its
// databases.
const CHANGES = ['test/**/*Changes.test.ts', 'test/**/changes*.test.ts'];

const onPostgres = { globalSetup: ['test/support/postgres.ts'], testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    // When a test kills a server, responses that its clients were still reading fail with this error.
    onUnhandledError: (error) => error.message !== 'terminated',
    coverage: {
      provider: 'v8',
      include: ['src/core/**'],
      thresholds: { 100: true },
    },
    projects: [
      // The core needs no database. Its tests take a second.
      {
        resolve,
        test: { name: 'core', include: ['test/core/**/*.test.ts', 'test/floors.test.ts', 'test/prose.test.ts'] },
      },
      {
        resolve,
        test: {
          ...onPostgres,
          name: 'server',
          include: ['test/**/*.test.ts'],
          exclude: ['test/core/**', 'test/floors.test.ts', 'test/prose.test.ts', ...CHANGES],
        },
      },
      { resolve, test: { ...onPostgres, name: 'changes', include: CHANGES, fileParallelism: false } },
    ],
  },
});
