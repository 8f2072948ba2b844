import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../../docs/prefect3-differences.md', import.meta.url), 'utf8');
const rows = page.split('\n').filter((line) => /^\| \d/.test(line));
/** "`file`: name", at the end of a row or in brackets. */
const named = [
  ...rows.map((row) => /`(\w+)`: (.+) \|$/.exec(row)),
  ...page.replace(/\n +/g, ' ').matchAll(/\(`(\w+)`: (.+?)\)$/gm),
].map((match) => [match?.[1] ?? 'no test', match?.[2] ?? 'named'] as const);

test('the differences are numbered 1, 2, 3, ...', () =>
  expect(rows.map((row) => Number(row.split('|')[1]))).toEqual(rows.map((_, index) => index + 1)));

test.each(named)('%s: %s, which the page of differences names, is there', (file, name) => {
  const source = readFileSync(new URL(`./${file}.test.ts`, import.meta.url), 'utf8');
  // Names stand in tests or, where a table gives them, in its rows.
  expect(source.includes(`'${name}'`)).toBe(true);
});
