import { type GraphQLNamedType, getNamedType, isLeafType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../../src/api/schema.ts';
import { statement } from '../../src/store/connection/database.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { buildProgram, type Program } from '../support/program.ts';
import { type ServerProcess, startServerProcess } from '../support/serverProcess.ts';

// Every mutation, sent seven times in parallel with one idempotency key to two server processes, has the effect of one
// request, and all seven get the same answer.

const SENDS = 7;

/** The loops would write states beside those that the mutations write: on a slow machine, runs become late meanwhile. */
const NO_LOOPS = Object.fromEntries(
  ['LATE_RUNS', 'PAUSE_EXPIRATIONS', 'CANCELLATION_CLEANUP', 'CANCELLING_TIMEOUT', 'SCHEDULER'].map((loop) => [
    `FLOWQL_${loop}_SECONDS`,
    '86400',
  ]),
);

let shared: TestDatabase;
let program: Program;
let servers: ServerProcess[] = [];
beforeAll(async () => {
  [shared, program] = await Promise.all([testDatabase(), buildProgram()]);
  const start = () => startServerProcess(program, shared.url, 0, NO_LOOPS);
  servers = await Promise.all([start(), start()]);
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  await shared.drop();
  await program.remove();
});

const mutations = schema.getMutationType()?.getFields() ?? {};
/** Fields that depend on the present time. */
const OF_THE_MOMENT = ['estimatedRunTimeSeconds', 'latenessSeconds'];

/** Returns a selection of all leaf fields of a type and of its objects. */
function selection(type: GraphQLNamedType, depth = 2): string {
  if (!isObjectType(type)) return '';
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const named = getNamedType(field.type);
    if (OF_THE_MOMENT.includes(field.name)) return [];
    if (isLeafType(named)) return [field.name];
    return depth > 0 && isObjectType(named) && field.args.length === 0
      ? [`${field.name} ${selection(named, depth - 1)}`]
      : [];
  });
  return `{ ${fields.join(' ')} }`;
}

async function send(mutation: string, input: object, server = 0): Promise<unknown> {
  const field = mutations[mutation];
  if (!field) throw new Error(`there is no mutation ${mutation}`);
  const query = `mutation ($input: ${field.args[0]?.type}) { made: ${mutation}(input: $input) ${selection(getNamedType(field.type))} }`;
  const response = await fetch(`${servers[server % servers.length]?.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const { data, errors } = (await response.json()) as { data: { made: unknown } | null; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data?.made;
}

let count = 0;
const fresh = () => `name-${count++}`;
const made = async (mutation: string, noun: string, input: object): Promise<string> => {
  const answer = (await send(mutation, input)) as { [noun: string]: { id: string } }; // The cast: the selected fields.
  return answer[noun]?.id ?? '';
};
const newFlow = () => made('createFlow', 'flow', { name: fresh() });
const newRun = async (type = 'PENDING') =>
  made('createFlowRun', 'flowRun', { flowId: await newFlow(), state: { type } });
const newTaskRun = () => made('createTaskRun', 'taskRun', { taskKey: 'task', dynamicKey: fresh() });
const newDeployment = async () => made('createDeployment', 'deployment', { flowId: await newFlow(), name: fresh() });
const schedule = { cron: '0 0 * * *' };
const newSchedule = async () =>
  made('createDeploymentSchedule', 'schedule', { deploymentId: await newDeployment(), schedule });
const newPool = async () => {
  const name = fresh();
  return { name, id: await made('createWorkPool', 'workPool', { name, type: 'process' }) };
};
const newQueue = async () =>
  made('createWorkQueue', 'workQueue', { workPoolName: (await newPool()).name, name: fresh() });
const newLimit = async () => {
  const tag = fresh();
  await send('createConcurrencyLimit', { tag, limit: 1 });
  return tag;
};
const timestamp = '2026-11-21T10:00:00Z';

/** For each mutation an input that has an effect on rows of its own. */
const INPUTS: { [mutation: string]: () => Promise<object> } = {
  createFlow: async () => ({ name: fresh() }),
  createDeployment: async () => ({ flowId: await newFlow(), name: fresh() }),
  updateDeployment: async () => ({ deploymentId: await newDeployment(), schedules: [{ schedule }] }),
  deleteDeployment: async () => ({ deploymentId: await newDeployment() }),
  createDeploymentSchedule: async () => ({ deploymentId: await newDeployment(), schedule }),
  updateDeploymentSchedule: async () => ({ deploymentScheduleId: await newSchedule(), active: false }),
  deleteDeploymentSchedule: async () => ({ deploymentScheduleId: await newSchedule() }),
  createWorkPool: async () => ({ name: fresh(), type: 'process' }),
  updateWorkPool: async () => ({ workPoolId: (await newPool()).id, isPaused: true }),
  deleteWorkPool: async () => ({ workPoolId: (await newPool()).id }),
  createWorkQueue: async () => ({ workPoolName: (await newPool()).name, name: fresh(), priority: 1 }),
  updateWorkQueue: async () => ({ workQueueId: await newQueue(), name: fresh(), priority: 1 }),
  deleteWorkQueue: async () => ({ workQueueId: await newQueue() }),
  workerHeartbeat: async () => ({ workPoolName: (await newPool()).name, name: fresh() }),
  deleteWorker: async () => ({
    workerId: await made('workerHeartbeat', 'worker', { workPoolName: (await newPool()).name, name: fresh() }),
  }),
  async pollWorkPool() {
    const workPoolName = (await newPool()).name;
    await send('createFlowRun', { flowId: await newFlow(), workPoolName, state: { type: 'SCHEDULED' } });
    return { workPoolName, workerName: fresh() };
  },
  createFlowRunFromDeployment: async () => ({ deploymentId: await newDeployment() }),
  createFlowRun: async () => ({ flowId: await newFlow() }),
  updateFlowRun: async () => ({ flowRunId: await newRun(), tags: ['a'], parameters: { a: 1 } }),
  renameFlowRun: async () => ({ flowRunId: await newRun(), name: null }),
  createFlowRunInput: async () => ({ flowRunId: await newRun(), key: 'a', value: '1' }),
  async deleteFlowRunInput() {
    const input = { flowRunId: await newRun(), key: 'a' };
    await send('createFlowRunInput', { ...input, value: '1' });
    return input;
  },
  async writeLogs() {
    const [flowRunId, taskRunId] = [await newRun(), await newTaskRun()];
    const line = { level: 20, name: 'test', message: 'a line' };
    return { logs: [{ ...line, flowRunId }, { ...line, taskRunId }, line] };
  },
  createTaskRun: async () => ({ flowRunId: await newRun(), taskKey: 'task', dynamicKey: '0' }),
  async reportTaskRunStates() {
    const state = { type: 'RUNNING', timestamp };
    return { states: ['0', '1'].map((dynamicKey) => ({ taskKey: fresh(), dynamicKey, state })) };
  },
  setFlowRunState: async () => ({ flowRunId: await newRun(), state: { type: 'RUNNING' } }),
  setTaskRunState: async () => ({ taskRunId: await newTaskRun(), state: { type: 'RUNNING' } }),
  cancelFlowRun: async () => ({ flowRunId: await newRun() }),
  bulkSetFlowRunState: async () => ({ filter: { id: { in: [await newRun()] } }, state: { type: 'RUNNING' } }),
  bulkDeleteFlowRuns: async () => ({ filter: { id: { in: [await newRun()] } } }),
  resumeFlowRun: async () => ({ flowRunId: await newRun('PAUSED') }),
  updateFlowRunLabels: async () => ({ flowRunId: await newRun(), labels: { a: 1 } }),
  deleteFlowRun: async () => ({ flowRunId: await newRun() }),
  async deleteFlowRunLogs() {
    const flowRunId = await newRun();
    await send('writeLogs', { logs: [{ flowRunId, level: 20, name: 'test', message: 'a line' }] });
    return { flowRunId };
  },
  renameTaskRun: async () => ({ taskRunId: await newTaskRun(), name: null }),
  deleteTaskRun: async () => ({ taskRunId: await newTaskRun() }),
  createConcurrencyLimit: async () => ({ tag: fresh(), limit: 2 }),
  updateConcurrencyLimit: async () => ({ tag: await newLimit(), limit: 3 }),
  deleteConcurrencyLimit: async () => ({ tag: await newLimit() }),
  async resetConcurrencyLimit() {
    const tag = await newLimit();
    const taskRunId = await made('createTaskRun', 'taskRun', { taskKey: 'task', dynamicKey: fresh(), tags: [tag] });
    await send('setTaskRunState', { taskRunId, state: { type: 'RUNNING' } });
    return { tag };
  },
  setDeploymentConcurrencyLimit: async () => ({ deploymentId: await newDeployment(), limit: 1 }),
  async renewConcurrencyLease() {
    const deploymentId = await newDeployment();
    await send('setDeploymentConcurrencyLimit', { deploymentId, limit: 1 });
    const flowRunId = await made('createFlowRunFromDeployment', 'flowRun', { deploymentId });
    const { state } = (await send('setFlowRunState', { flowRunId, state: { type: 'PENDING' } })) as {
      state: { details: { deploymentConcurrencyLeaseId: string } };
    }; // The cast: the selected fields.
    return { leaseId: state.details.deploymentConcurrencyLeaseId };
  },
};

/** Mutations whose key belongs to the run: all answers but one say that the run existed. */
const MAKES_A_RUN = ['createFlowRun', 'createFlowRunFromDeployment'];

const TABLES = statement(
  'test.tables',
  "select table_name as name from information_schema.tables where table_schema = 'public'",
);

async function rowCounts(): Promise<Map<string, number>> {
  const tables = await shared.database.query<{ name: string }>(TABLES);
  const counts = tables
    .map(({ name }) => `select '${name}' as name, count(*) as rows from ${name}`)
    .join(' union all ');
  const rows = await shared.database.query<{ name: string; rows: number }>(statement('test.counts', counts));
  return new Map(rows.map(({ name, rows }) => [name, rows]));
}

/** Returns the number of rows that `work` adds to each table. */
async function effectOf(work: () => Promise<unknown>): Promise<{ [table: string]: number }> {
  const before = await rowCounts();
  await work();
  const after = await rowCounts();
  const grown = [...after].map(([name, rows]): [string, number] => [name, rows - (before.get(name) ?? 0)]);
  return Object.fromEntries(grown.filter(([, rows]) => rows !== 0));
}

test('every mutation is tested for idempotency', () => {
  expect(Object.keys(INPUTS).sort()).toEqual(Object.keys(mutations).sort());
});

describe.each(Object.entries(INPUTS))('%s', (mutation, inputOf) => {
  test(`${mutation} sent seven times to two processes has one effect and one answer`, async () => {
    const one = { ...(await inputOf()), idempotencyKey: fresh() };
    const effectOfOne = await effectOf(() => send(mutation, one));

    const many = { ...(await inputOf()), idempotencyKey: fresh() };
    let answers: unknown[] = [];
    const effect = await effectOf(async () => {
      answers = await Promise.all(Array.from({ length: SENDS }, (_, server) => send(mutation, many, server)));
    });
    expect(effect).toEqual(effectOfOne);
    const later = await send(mutation, many);
    for (const answer of answers) expect(told(answer)).toEqual(told(later));
    if (MAKES_A_RUN.includes(mutation)) expect(answers.filter(isCreation)).toHaveLength(1);
  });

  test(`${mutation} with a key used for another request is rejected and has no effect`, async () => {
    const idempotencyKey = fresh();
    await send(mutation, { ...(await inputOf()), idempotencyKey });
    const other = { ...(await inputOf()), idempotencyKey };
    const effect = await effectOf(async () => {
      if (MAKES_A_RUN.includes(mutation)) return; // the key belongs to the run and is unique within its flow
      await expect(send(mutation, other)).rejects.toThrow('IDEMPOTENCY_KEY_REUSED');
    });
    expect(effect).toEqual({});
  });
});

const isCreation = (answer: unknown) => (answer as { created: boolean }).created;
/** All answers of `createFlowRun` but one say that the run existed. */
const told = (answer: unknown) => {
  const { flowRun, created } = answer as { flowRun?: object; created?: boolean };
  return flowRun && created !== undefined ? { flowRun } : answer;
};
