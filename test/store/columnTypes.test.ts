import { afterAll, beforeAll, expect, test } from 'vitest';
import { statement } from '../../src/store/connection/database.ts';
import { FLOW_RUN } from '../../src/store/flowRuns/flowRunRows.ts';
import type { ColumnType } from '../../src/store/query/columnTypes.ts';
import { snake } from '../../src/store/query/selectList.ts';
import { STATE_COPY } from '../../src/store/runs/runRows.ts';
import { stateColumns } from '../../src/store/runs/stateRows.ts';
import { TASK_RUN } from '../../src/store/taskRuns/taskRunRows.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
});
afterAll(() => opened.drop());

const COLUMNS = statement(
  'test.columnTypes',
  'select column_name::text as name, udt_name::text as type from information_schema.columns where table_name = $1',
);

const typesOf = (types: { readonly [field: string]: ColumnType<never> }) =>
  Object.entries(types).map(([field, { sql }]) => ({ name: snake(field), type: sql }));
const states = stateColumns((row: never) => row).map(({ name, type }) => ({ name, type }));

test.each([
  ['flow_run', typesOf({ ...FLOW_RUN, ...STATE_COPY })],
  ['task_run', typesOf({ ...TASK_RUN, ...STATE_COPY })],
  ['flow_run_state', states],
  ['task_run_state', states],
])('the columns of %s have the types that their table of columns says', async (table, columns) => {
  const stored = await opened.database.query<{ name: string; type: string }>(COLUMNS, [table]);
  expect(stored).toEqual(expect.arrayContaining(columns));
});
