import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSchema, schemaDifference } from '../../scripts/schemaEngine.ts';
import { statement } from '../../src/store/connection/database.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let opened: TestDatabase;
let schema: string;
beforeAll(async () => {
  opened = await testDatabase();
  schema = await readSchema();
});
afterAll(() => opened.drop());

test('the migrated database is the one that schema.prisma describes', async () => {
  expect(await schemaDifference(opened.url, schema)).toBe('');
});

test.each([
  ['a column', '  requestHash String   @map("request_hash")\n', '', 'DROP COLUMN "request_hash"'],
  ['an index', '  @@index([dueAt])\n', '', 'DROP INDEX "cloud_hook_delivery_due_at_idx"'],
  ['a unique constraint', '  @@unique([flowRunId, key])\n', '', 'DROP INDEX "flow_run_input_flow_run_id_key_key"'],
  [
    'a default',
    'outOfOrder      Boolean   @default(false)',
    'outOfOrder      Boolean   @default(true)',
    'SET DEFAULT true',
  ],
  ['a type', 'level     Int      @db.SmallInt', 'level     Int', 'SET DATA TYPE INTEGER'],
  ['an enum value', '  CANCELLING\n', '  CANCELLING\n  LATE\n', "ADD VALUE 'LATE'"],
])('the drift test notices %s that differs', async (_, before, after, expected) => {
  expect(schema).toContain(before);
  expect(await schemaDifference(opened.url, schema.replace(before, after))).toContain(expected);
});

test('the drift test notices a change of the database', async () => {
  await opened.database.query(statement('test.drift', 'drop index flow_tenant_id_id_idx'));
  expect(await schemaDifference(opened.url, schema)).toContain('CREATE INDEX "flow_tenant_id_id_idx"');
});
