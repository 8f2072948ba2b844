import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import type { Database } from '../../src/store/connection/database.ts';
import { deploymentsById } from '../../src/store/deployments/deployments.ts';
import { flowCount, flowsById } from '../../src/store/deployments/flows.ts';
import { flowRunInputsById } from '../../src/store/flowRuns/flowRunInputs.ts';
import { flowRunStatesById } from '../../src/store/flowRuns/flowRunStates.ts';
import { flowRunCount, flowRunsById } from '../../src/store/flowRuns/flowRuns.ts';
import { nodeTypes } from '../../src/store/insights/nodes.ts';
import { logCount, logsById } from '../../src/store/runs/logs.ts';
import { taskRunStatesById } from '../../src/store/taskRuns/taskRunStates.ts';
import { taskRunCount, taskRunsById } from '../../src/store/taskRuns/taskRuns.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import {
  insertFlowRunStates,
  insertFlowRuns,
  insertFlows,
  insertLogs,
  insertRows,
  insertTaskRunStates,
  insertTaskRuns,
  insertTenant,
  NOON,
  newFlow,
  newFlowRun,
  newFlowRunState,
  newLog,
  newTaskRun,
  newTaskRunState,
} from '../support/rows.ts';

let opened: TestDatabase;
let database: Database;
let stranger: string;

const flow = newFlow({ tags: ['a'], labels: { b: 1 } });
const deployment = {
  ...newFlow({ name: 'daily' }),
  flowId: flow.id,
  description: 'every day',
  version: '1',
  paused: true,
  parameters: { a: 1 },
  parameterOpenapiSchema: { type: 'object' },
  enforceParameterSchema: false,
  jobVariables: { image: 'x' },
  workQueueId: null,
};
const flowRun = newFlowRun(flow.id, { tags: ['x'], startTime: NOON, parameters: { deep: [1, { er: null }] } });
const taskRun = newTaskRun(flowRun.id, { cacheExpiration: NOON + 7 });
const flowRunState = newFlowRunState(flowRun.id, 1);
const taskRunState = newTaskRunState(taskRun.id, flowRun.id, 1, 1);
const log = newLog({ flowRunId: flowRun.id }, 1);
const input = { id: newFlow().id, created: NOON, flowRunId: flowRun.id, key: 'k', value: 'v', sender: 's' };

beforeAll(async () => {
  opened = await testDatabase();
  database = opened.database;
  stranger = await insertTenant(database);
  await insertFlows(database, [flow]);
  await insertRows(database, 'deployment', [deployment]);
  await insertFlowRuns(database, [flowRun]);
  await insertTaskRuns(database, [taskRun]);
  await insertFlowRunStates(database, [flowRunState]);
  await insertTaskRunStates(database, [taskRunState]);
  await insertLogs(database, [log]);
  await insertRows(database, 'flow_run_input', [input]);
});
afterAll(() => opened.drop());

const NOBODY = '01900000-0000-7000-8000-00000000dead';

test.each([
  ['Flow', flowsById, flow],
  ['Deployment', deploymentsById, deployment],
  ['FlowRun', flowRunsById, flowRun],
  ['TaskRun', taskRunsById, taskRun],
  ['FlowRunState', flowRunStatesById, flowRunState],
  ['TaskRunState', taskRunStatesById, taskRunState],
  ['Log', logsById, log],
  ['FlowRunInput', flowRunInputsById, input],
] as const)('a %s is read by its id, whole, and only by its own tenant', async (type, read, row) => {
  const ids = [NOBODY, row.id];
  expect(await read(database, DEFAULT_TENANT_ID, ids)).toEqual([row]);
  expect(await read(database, stranger, ids)).toEqual([]);
  expect(await nodeTypes(database, DEFAULT_TENANT_ID, ids)).toEqual([{ id: row.id, type }]);
  expect(await nodeTypes(database, stranger, ids)).toEqual([]);
});

test.each([
  ['flow run', flowRunsById, flowRun, ['parameters', 'context', 'jobVariables']],
  ['task run', taskRunsById, taskRun, ['taskInputs']],
  ['flow run state', flowRunStatesById, flowRunState, ['data']],
  ['task run state', taskRunStatesById, taskRunState, ['data']],
] as const)('a lean %s lacks only its wide properties', async (_, read, row, wide) => {
  const [lean] = await read(database, DEFAULT_TENANT_ID, [row.id], { wide: false });
  const kept = Object.entries(row).filter(([key]) => !(wide as readonly string[]).includes(key));
  expect(lean).toEqual(Object.fromEntries(kept));
});

test.each([
  ['flows', flowCount],
  ['flow runs', flowRunCount],
  ['task runs', taskRunCount],
  ['log lines', logCount],
] as const)('%s are counted for their own tenant, up to the requested limit', async (_, count) => {
  expect(await count(database, DEFAULT_TENANT_ID)).toBe(1);
  expect(await count(database, DEFAULT_TENANT_ID, { or: [] })).toBe(0);
  expect(await count(database, DEFAULT_TENANT_ID, { and: [] }, 0)).toBe(0);
  expect(await count(database, stranger)).toBe(0);
});
