import { defineConfig } from 'vitest/config';

// graphql 16 is published twice, as CommonJS and as ES modules. Vite would take the second, Node gives Pothos and yoga the
// first, and graphql refuses types of "another module or realm". One copy for all.
const resolve = { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] };

// What these say of when a change is told holds where no other transaction is open, in whatever database of the server.
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
      // The core needs no database: its tests answer in a second.
      { resolve, test: { ...deadline, name: 'core', include: ['test/core/**/*.test.ts', 'test/floors.test.ts'] } },
      {
        resolve,
        test: {
          ...onPostgres,
          name: 'server',
          include: ['test/**/*.test.ts'],
          exclude: ['test/core/**', 'test/floors.test.ts', ...CHANGES],
        },
      },
      { resolve, test: { ...onPostgres, name: 'changes', include: CHANGES, fileParallelism: false } },
    ],
  },
});
