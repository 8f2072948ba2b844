import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const TESTS = path.resolve(import.meta.dirname, '..');
const page = readFileSync(path.resolve(TESTS, '../docs/security.md'), 'utf8');

test('the tests that docs/security.md names exist', () => {
  const named = [...page.matchAll(/`([a-z]\w*(?:\/\w+)+)`/g)].map(([, name]) => path.join(TESTS, name ?? ''));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((file) => !existsSync(`${file}.test.ts`) && !existsSync(`${file}.ts`))).toEqual([]);
});
