import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { type Database, statement } from '../../src/store/connection/database.ts';
import { flowRunPage } from '../../src/store/flowRuns/flowRuns.ts';
import { taskRunPage } from '../../src/store/taskRuns/taskRuns.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { insertFlowRuns, insertFlows, insertTaskRuns, newFlow, newFlowRun, newTaskRun } from '../support/rows.ts';

// The tables of tags always say what the lists of tags in the runs' rows say.

const flow = newFlow();
let opened: TestDatabase;
let database: Database;
beforeAll(async () => {
  opened = await testDatabase();
  database = opened.database;
  await insertFlows(database, [flow]);
});
beforeEach(() => run('delete from flow_run; delete from task_run'));
afterAll(() => opened.drop());

const run = async (sql: string) => {
  for (const one of sql.split(';')) await database.query(statement('test.tags', one));
};
const listed = async (table: string) =>
  (await database.query<{ tag: string }>(statement('test.listed', `select tag from ${table}_tag order by tag`))).map(
    ({ tag }) => tag,
  );

test.each(['flow_run', 'task_run'] as const)(
  'the tags of rows of %s are listed while the rows have them',
  async (table) => {
    const tags = ['a', 'b', 'a', 'long'.padEnd(256, '.')];
    if (table === 'flow_run') await insertFlowRuns(database, [newFlowRun(flow.id, { tags }), newFlowRun(flow.id)]);
    else await insertTaskRuns(database, [newTaskRun(null, { tags }), newTaskRun(null)]);
    expect(await listed(table)).toEqual(['a', 'b']);
    await run(`update ${table} set tags = '["b", "c"]' where tags <> '[]'`);
    expect(await listed(table)).toEqual(['b', 'c']);
    await run(`update ${table} set tags = '["c"]' where tags = '[]'; update ${table} set name = 'new'`);
    expect(await listed(table)).toEqual(['b', 'c', 'c']);
    await run(`update ${table} set tags = '[]' where tags = '["c"]'`);
    expect(await listed(table)).toEqual(['b', 'c']);
    await run(`delete from ${table}`);
    expect(await listed(table)).toEqual([]);
  },
);

test('the triggers also fire in a session that loads rows as a replica does', async () => {
  const sql = `select tgname as name, tgenabled as enabled from pg_trigger where tgname like '%_run_tags_%' order by 1`;
  const triggers = await database.query<{ name: string; enabled: string }>(statement('test.triggers', sql));
  expect(triggers.map(({ enabled }) => enabled)).toEqual(Array(6).fill('A'));
});

test('a filter finds runs by a tag that is too long to be listed', async () => {
  const tag = 'long'.padEnd(256, '.');
  await insertFlowRuns(database, [newFlowRun(flow.id, { tags: [tag] }), newFlowRun(flow.id, { tags: ['long'] })]);
  await insertTaskRuns(database, [newTaskRun(null, { tags: [tag] }), newTaskRun(null, { tags: ['long'] })]);
  const filter = { field: 'tags', operator: 'hasAll', value: [tag] } as const;
  for (const page of [flowRunPage, taskRunPage])
    expect((await page(database, DEFAULT_TENANT_ID, { filter: { ...filter, value: [tag] } })).rows).toHaveLength(1);
});
