import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { type Database, statement } from '../../src/store/connection/database.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

// The database's last line of defence. The server should never violate these constraints.

const FLOW = '01900000-0000-7000-8000-0000000000f1';
const FLOW_RUN = '01900000-0000-7000-8000-0000000000f2';
const TASK_RUN = '01900000-0000-7000-8000-0000000000f3';

let opened: TestDatabase;
let database: Database;
beforeAll(async () => {
  opened = await testDatabase();
  database = opened.database;
  await insert('flow', { id: FLOW, tenant_id: DEFAULT_TENANT_ID, name: 'a flow' });
  await insert('flow_run', { id: FLOW_RUN, tenant_id: DEFAULT_TENANT_ID, flow_id: FLOW, name: 'a run', ...state(1) });
  await insert('task_run', taskRun({ id: TASK_RUN }));
});
afterAll(() => opened.drop());

type Row = Record<string, unknown>;

const state = (version: number): Row => ({
  version,
  state_id: FLOW,
  state_type: 'PENDING',
  state_name: 'Pending',
  state_timestamp: '2026-01-01T00:00:00Z',
});

const taskRun = (given: Row): Row => ({
  id: '01900000-0000-7000-8000-0000000000f4',
  tenant_id: DEFAULT_TENANT_ID,
  task_key: 'a task',
  dynamic_key: '0',
  name: 'a task run',
  ...state(1),
  ...given,
});

const taskRunState = (given: Row): Row => ({
  id: '01900000-0000-7000-8000-0000000000f5',
  task_run_id: TASK_RUN,
  version: 1,
  type: 'PENDING',
  name: 'Pending',
  timestamp: '2026-01-01T00:00:00Z',
  ...given,
});

const log = (given: Row): Row => ({
  id: '01900000-0000-7000-8000-0000000000f6',
  tenant_id: DEFAULT_TENANT_ID,
  run_id: FLOW_RUN,
  flow_run_id: FLOW_RUN,
  number: 1,
  timestamp: '2026-01-01T00:00:00Z',
  level: 20,
  name: 'flow',
  message: 'hello',
  ...given,
});

const insert = (table: string, row: Row): Promise<unknown[]> =>
  database.query(
    statement(
      `test.insert.${table}`,
      `insert into ${table} (${Object.keys(row)}) values (${Object.keys(row).map((_, index) => `$${index + 1}`)})`,
    ),
    Object.values(row),
  );

describe('constraints of the database', () => {
  test.each([
    ['a second task run with the same keys and no flow run', 'task_run', taskRun({}), '23505'],
    ['a task run with a version below 1', 'task_run', taskRun({ dynamic_key: '1', version: 0 }), '23514'],
    ['tags that are not a list', 'task_run', taskRun({ dynamic_key: '1', tags: '{"a": 1}' }), '23514'],
    ['a task run state with a version below 1', 'task_run_state', taskRunState({ version: 0 }), '23514'],
    ['a task run state with a position and no flow run', 'task_run_state', taskRunState({ position: 1 }), '23514'],
    [
      'a task run state with a flow run and no position',
      'task_run_state',
      taskRunState({ flow_run_id: FLOW_RUN }),
      '23514',
    ],
    ['a log line without a run', 'log', log({ flow_run_id: null }), '23514'],
    ['a log line numbered in another run than its own', 'log', log({ run_id: TASK_RUN }), '23514'],
    [
      'a log line of a flow run numbered in its task run',
      'log',
      log({ run_id: TASK_RUN, task_run_id: TASK_RUN }),
      '23514',
    ],
    ['a log line with the number 0', 'log', log({ number: 0 }), '23514'],
  ])('the database rejects %s', async (_, table, row, code) => {
    await expect(insert(table, row)).rejects.toMatchObject({ code });
  });
});

test('the database accepts valid rows', async () => {
  await insert('task_run', taskRun({ flow_run_id: FLOW_RUN }));
  await insert('task_run_state', taskRunState({}));
  await insert('log', log({ task_run_id: TASK_RUN }));
});
