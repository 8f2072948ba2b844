import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { createTaskRun } from '../../src/actions/taskRuns/createTaskRun.ts';
import { writeLogs } from '../../src/actions/taskRuns/writeLogs.ts';
import { newId } from '../../src/actions/writing/newId.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { statement, type Transaction } from '../../src/store/connection/database.ts';
import { insertLogs } from '../../src/store/runs/logs.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';
import { statementsOf } from '../support/statementsOf.ts';

let t: TestEngine;
let flowId: string;
beforeAll(async () => {
  t = await testEngine();
  flowId = (await createFlow(t.engine, viewer, { name: 'a flow' })).flow.id;
});
afterAll(() => t.close());

const newRun = async () => (await createFlowRun(t.engine, viewer, { flowId, state: { type: 'RUNNING' } })).flowRun.id;
const lines = (runs: { flowRunId?: string; taskRunId?: string }, count = 250) =>
  Array.from({ length: count }, (_, index) => ({ ...runs, level: 20, name: 'logger', message: `line ${index}` }));

test('eight batches of 250 lines that arrive together are two statements', async () => {
  const runs = await Promise.all(Array.from({ length: 8 }, newRun));
  const work = () => Promise.all(runs.map((flowRunId) => writeLogs(t.engine, viewer, { logs: lines({ flowRunId }) })));
  expect(await statementsOf(t.test.database, work)).toEqual(['logs.flowRuns', 'logs.insert']);
});

const NUMBERS = statement(
  'test.logNumbers',
  'select run_id as "runId", number, task_run_id as "taskRunId", message from log where run_id = any($1) order by run_id, number',
);

test('lines of many runs in one batch are numbered for each run, in their order', async () => {
  const [flowRunId = '', other = ''] = await Promise.all([newRun(), newRun()]);
  const { taskRun } = await createTaskRun(t.engine, viewer, { flowRunId, taskKey: 'task', dynamicKey: '0' });
  const { taskRun: alone } = await createTaskRun(t.engine, viewer, { taskKey: 'task', dynamicKey: newId() });
  const mixed = [{ taskRunId: taskRun.id }, { flowRunId: other }, { flowRunId }, { taskRunId: alone.id }];
  const logs = Array.from({ length: 3 }, () => mixed.flatMap((runs) => lines(runs, 1)));
  await writeLogs(t.engine, viewer, { logs: logs.flat().map((line, index) => ({ ...line, message: `${index}` })) });
  const stored = await t.test.database.query<{ runId: string }>(NUMBERS, [[flowRunId, other, alone.id]]);
  const of = (id: string) => stored.filter(({ runId }) => runId === id);
  const ofTask = { runId: flowRunId, taskRunId: taskRun.id };
  const ofFlow = { runId: flowRunId, taskRunId: null };
  expect(of(flowRunId)).toEqual([
    { ...ofTask, number: 1, message: '0' },
    { ...ofFlow, number: 2, message: '2' },
    { ...ofTask, number: 3, message: '4' },
    { ...ofFlow, number: 4, message: '6' },
    { ...ofTask, number: 5, message: '8' },
    { ...ofFlow, number: 6, message: '10' },
  ]);
  expect(of(other)).toMatchObject([1, 5, 9].map((index, at) => ({ number: at + 1, message: `${index}` })));
  expect(of(alone.id)).toMatchObject([3, 7, 11].map((index, at) => ({ number: at + 1, message: `${index}` })));
});

test('a line is sent in 100 bytes and the bytes of its texts', () => {
  const sent: unknown[] = [];
  const transaction: Pick<Transaction, 'send'> = { send: (_, values) => void sent.push(...values) };
  const place = { tenantId: DEFAULT_TENANT_ID, runId: newId(), flowRunId: newId(), taskRunId: null };
  const line = { timestamp: 0, level: 20, name: 'logger', message: 'é'.repeat(100), info: null };
  insertLogs(
    transaction as Transaction,
    Array.from({ length: 250 }, () => ({ ...line, id: newId(), place })),
  ); // it only sends
  const bytes = sent.map((value) => (Buffer.isBuffer(value) ? value.length : JSON.stringify(value).length));
  expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(250 * (100 + 6 + 200));
});
