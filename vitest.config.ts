import { defineConfig } from 'vitest/config';

// graphql 16 is published as CommonJS and as ES modules. Vite would load the ES modules and Node, for Pothos and yoga,
// the CommonJS; graphql rejects types of "another module or realm". The alias makes all of them load the same copy.
const resolve = { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] };

// These tests check when a change is delivered, and need a server without other open transactions, in any of its
// databases.
const CHANGES = ['test/**/*Changes.test.ts', 'test/**/changes*.test.ts'];

// Ends a test that hangs. A slow machine must not reach it: no test judges speed.
const deadline = { testTimeout: 300_000, hookTimeout: 300_000 };

const onPostgres = { ...deadline, globalSetup: ['test/support/postgres.ts'] };

export default defineConfig({
  test: {
    maxWorkers: 2,
    teardownTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['src/core/**'],
      thresholds: { 100: true },
    },
    projects: [
      // The core needs no database. Its tests take a second.
      {
        resolve,
        test: {
          ...deadline,
          name: 'core',
          include: ['test/core/**/*.test.ts', 'test/floors.test.ts', 'test/prose.test.ts'],
        },
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
