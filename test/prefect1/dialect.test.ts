import { readFileSync } from 'node:fs';
import { buildSchema, findBreakingChanges, findDangerousChanges } from 'graphql';
import { expect, test } from 'vitest';
import { OPERATIONS } from '../../src/prefect1/dialect.ts';
import { MUTATIONS, QUERIES } from '../../src/prefect1/operations/operationTables.ts';
import { oneSchema, printPrefect1Schema } from '../../src/server/operations/oneSchema.ts';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const schema = oneSchema({ prefect1: true });

test('every Prefect 1 operation has an implementation and nothing else does', () => {
  expect(Object.keys(OPERATIONS).sort()).toEqual([...Object.keys(MUTATIONS), ...Object.keys(QUERIES)].sort());
});

test('documents for the old server stay valid', () => {
  const old = buildSchema(read('fixtures/prefect1/old-server.graphql'));
  const described = (changes: { description: string }[]) => changes.map(({ description }) => description);
  expect(described(findBreakingChanges(old, schema))).toEqual([]);
  expect(described(findDangerousChanges(old, schema).filter(({ type }) => type !== 'OPTIONAL_ARG_ADDED'))).toEqual([]);
});

test('prefect1.graphql is the printed schema', () => {
  // If this fails, `npm run schema` writes the file.
  expect(read('../prefect1.graphql')).toBe(printPrefect1Schema());
});

test('the schema without the Prefect 1 dialect is the native one', () => {
  const native = oneSchema({ prefect1: false });
  expect(native.getQueryType()?.getFields()).not.toHaveProperty('hello');
  expect(native.getType('UUID')).toBeUndefined();
});
