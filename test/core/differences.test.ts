import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const TESTS = path.resolve(import.meta.dirname, '..');
const page = readFileSync(path.join(TESTS, '../docs/prefect3-differences.md'), 'utf8');
const rows = page.split('\n').filter((line) => /^\| \d/.test(line));
/** "`file`: name", at the end of a row or in brackets. */
const named = [
  ...rows.map((row) => /`(\w+)`: (.+) \|$/.exec(row)),
  ...page.replace(/\n +/g, ' ').matchAll(/\(`(\w+)`: (.+?)\)$/gm),
].map((match) => [match?.[1] ?? 'no test', match?.[2] ?? 'named'] as const);

/** The files of tests by their names: `decide` is `decide.test.ts`, wherever that is. */
const sources = new Map<string, string[]>();
for (const file of readdirSync(TESTS, { recursive: true, encoding: 'utf8' })) {
  const [, name] = /(\w+)(?:\.test)?\.ts$/.exec(file) ?? [];
  if (name) sources.set(name, [...(sources.get(name) ?? []), path.join(TESTS, file)]);
}

/** The rows by table: the numbers begin again at 1 in each. */
const numbers = rows.map((row) => Number(row.split('|')[1]));
const tables = numbers.reduce<number[][]>((found, number) => {
  if (number === 1) found.push([]);
  found.at(-1)?.push(number);
  return found;
}, []);

test.each(tables.map((table, index) => [index + 1, table]))(
  'the rows of table %i of the differences are numbered',
  (_, table) => expect(table).toEqual(table.map((_, index) => index + 1)),
);

test.each(named)('%s has the test that the page of differences names: %s', (file, name) => {
  // A title is in the call of a test or, if a table gives it, in a row of the table.
  const texts = (sources.get(file) ?? []).map((source) => readFileSync(source, 'utf8'));
  expect(texts.some((text) => text.includes(`'${name}'`))).toBe(true);
});
