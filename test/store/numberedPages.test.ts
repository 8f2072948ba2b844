import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Filter } from '../../src/core/filters/filter.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import type { Database } from '../../src/store/connection/database.ts';
import { flowRunPage } from '../../src/store/flowRuns/flowRuns.ts';
import { numberedFlowRunPage, numberedTaskRunPage } from '../../src/store/insights/numberedPages.ts';
import { RUN_ORDERS, type RunSort } from '../../src/store/query/sortOrders.ts';
import { taskRunPage } from '../../src/store/taskRuns/taskRuns.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { insertTenant } from '../support/rows.ts';
import { insertRowsOfEveryKind, rowsOfEveryKind } from '../support/rowsOfEveryKind.ts';

const SORTS = Object.keys(RUN_ORDERS) as RunSort[]; // The cast: its own keys.
const world = rowsOfEveryKind(5);

let opened: TestDatabase;
let database: Database;
beforeAll(async () => {
  opened = await testDatabase();
  database = opened.database;
  await insertRowsOfEveryKind(database, world);
  await insertRowsOfEveryKind(database, rowsOfEveryKind(6), await insertTenant(database));
});
afterAll(() => opened.drop());

const KINDS = {
  'flow runs': { rows: world.flowRuns, page: flowRunPage, numbered: numberedFlowRunPage },
  'task runs': { rows: world.taskRuns, page: taskRunPage, numbered: numberedTaskRunPage },
} as const;

describe.each(Object.entries(KINDS))('numbered pages of %s', (_, { rows, page, numbered }) => {
  test.each(SORTS)('numbered pages by %s contain the rows of the cursor pages in the same order', async (sort) => {
    const list = await page(database, DEFAULT_TENANT_ID, { sort, page: { first: 200 } });
    const found: unknown[] = [];
    for (let number = 1; number <= Math.ceil(rows.length / 17); number += 1) {
      const part = await numbered(database, DEFAULT_TENANT_ID, { sort, page: number, limit: 17 });
      expect(part).toMatchObject({
        page: number,
        limit: 17,
        pages: Math.ceil(rows.length / 17),
        totalCount: rows.length,
      });
      found.push(...part.rows);
    }
    expect(found).toEqual(list.rows.map(({ row }) => row));
  });
});

const started: Filter = { field: 'startTime', operator: 'isNull', value: false };

test('a filter applies to both the rows and the count of a numbered page', async () => {
  const expected = world.flowRuns.filter(({ startTime }) => startTime !== null);
  const page = await numberedFlowRunPage(database, DEFAULT_TENANT_ID, { filter: started, limit: 200, sort: 'ID_ASC' });
  expect(page.rows.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  expect(page.totalCount).toBe(expected.length);
});

test('one statement reads the rows and the count of a numbered page', async () => {
  const names: string[] = [];
  database.onStatement = (name) => names.push(name);
  await numberedFlowRunPage(database, DEFAULT_TENANT_ID, {});
  database.onStatement = null;
  expect(names).toEqual(['flowRuns.numberedPage']);
});

test.each([
  ['after the last', { page: 1_000, limit: 50 }, { pages: 3, totalCount: 120 }],
  ['with the largest number', { page: 2_147_483_647, limit: 200 }, { pages: 1, totalCount: 120 }],
  ['of size 0', { page: 1, limit: 0 }, { pages: 0, totalCount: 120 }],
  ['of an empty list', { filter: { or: [] } }, { pages: 0, totalCount: 0, page: 1, limit: 50 }],
])('a numbered page %s is empty and has the total count', async (_, list, expected) => {
  for (const sort of SORTS)
    expect(await numberedFlowRunPage(database, DEFAULT_TENANT_ID, { ...list, sort })).toMatchObject({
      rows: [],
      ...expected,
    });
});

test.each([
  ['page 0', { page: 0 }, 'BAD_USER_INPUT'],
  ['page 1.5', { page: 1.5 }, 'BAD_USER_INPUT'],
  ['a negative limit', { limit: -1 }, 'BAD_USER_INPUT'],
  ['a limit too large', { limit: 201 }, 'LIMIT_EXCEEDED'],
])('the numbered list rejects %s', async (_, list, code) => {
  await expect(numberedFlowRunPage(database, DEFAULT_TENANT_ID, list)).rejects.toMatchObject({ name: 'Problem', code });
});

test('a numbered page contains wide columns only if requested', async () => {
  const [lean] = (await numberedFlowRunPage(database, DEFAULT_TENANT_ID, { limit: 1, wide: false })).rows;
  const [whole] = (await numberedFlowRunPage(database, DEFAULT_TENANT_ID, { limit: 1 })).rows;
  expect(lean).not.toHaveProperty('parameters');
  expect(whole).toMatchObject({ ...lean, parameters: { x: 1 } });
});
