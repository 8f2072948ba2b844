import { defineConfig } from 'vitest/config';

export default defineConfig({
  // graphql 16 is published twice, as CommonJS and as ES modules. Vite would take the second, Node gives Pothos and
  // yoga the first, and graphql refuses types of "another module or realm". One copy for all.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
