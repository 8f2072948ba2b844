import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/store/connection/database.ts';
import { testApi } from './testApi.ts';

let api: Awaited<ReturnType<typeof testApi>>;
let flowId: string;
beforeAll(async () => {
  api = await testApi();
  flowId = (await api.run('mutation { createFlow(input: { name: "f" }) { flow { id } } }')).createFlow.flow.id;
});
afterAll(() => api.close());

async function newFlowRun(state: object): Promise<string> {
  const document = 'mutation ($input: CreateFlowRunInput!) { createFlowRun(input: $input) { flowRun { id } } }';
  return (await api.run(document, { input: { flowId, state } })).createFlowRun.flowRun.id;
}

async function newTaskRun(flowRunId: string): Promise<string> {
  const document = 'mutation ($input: CreateTaskRunInput!) { createTaskRun(input: $input) { taskRun { id } } }';
  const input = { flowRunId, taskKey: 'extract', dynamicKey: '0' };
  return (await api.run(document, { input })).createTaskRun.taskRun.id;
}

const mutate = async (name: string, input: object) => {
  const type = name.replace(/^./, (letter) => letter.toUpperCase());
  const document = `mutation ($input: ${type}Input!) { payload: ${name}(input: $input) { verdict rule written } }`;
  return (await api.run(document, { input })).payload;
};

describe('the payload of a move', () => {
  test('names the rule that refused the state', async () => {
    const flowRunId = await newFlowRun({ type: 'COMPLETED' });
    expect(await mutate('setFlowRunState', { flowRunId, state: { type: 'CRASHED' } })).toEqual({
      verdict: 'ABORT',
      rule: 'HandleFlowTerminalStateTransitions',
      written: false,
    });
  });

  test('names the rule that makes the client wait', async () => {
    const scheduledTime = new Date(Date.now() + 3_600_000).toISOString();
    const flowRunId = await newFlowRun({ type: 'SCHEDULED', details: { scheduledTime } });
    const pending = await mutate('setFlowRunState', { flowRunId, state: { type: 'PENDING' } });
    expect(pending).toEqual({ verdict: 'ACCEPT', rule: null, written: true });
    const running = await mutate('setFlowRunState', { flowRunId, state: { type: 'RUNNING' } });
    expect(running).toEqual({ verdict: 'WAIT', rule: 'WaitForScheduledTime', written: false });
  });

  test('names the rule that refused the state of a task run', async () => {
    const taskRunId = await newTaskRun(await newFlowRun({ type: 'PENDING' }));
    expect(await mutate('setTaskRunState', { taskRunId, state: { type: 'RUNNING' } })).toEqual({
      verdict: 'ABORT',
      rule: 'PreventRunningTasksFromStoppedFlows',
      written: false,
    });
  });

  test('names no rule if every rule accepted the state', async () => {
    const flowRunId = await newFlowRun({ type: 'PENDING' });
    const payload = { verdict: 'ACCEPT', rule: null, written: true };
    expect(await mutate('setFlowRunState', { flowRunId, state: { type: 'RUNNING' } })).toEqual(payload);
    expect(await mutate('cancelFlowRun', { flowRunId })).toEqual(payload);
  });

  test('names no rule if the mutation answered without the rules', async () => {
    const flowRunId = await newFlowRun({ type: 'COMPLETED' });
    const payload = { verdict: 'ABORT', rule: null, written: false };
    expect(await mutate('resumeFlowRun', { flowRunId })).toEqual(payload);
    expect(await mutate('cancelFlowRun', { flowRunId })).toEqual(payload);
  });

  test('names the same rule when the request is repeated with its idempotency key', async () => {
    const flowRunId = await newFlowRun({ type: 'COMPLETED' });
    const input = { flowRunId, state: { type: 'CRASHED' }, idempotencyKey: 'again' };
    const first = await mutate('setFlowRunState', input);
    expect(first.rule).toBe('HandleFlowTerminalStateTransitions');
    expect(await mutate('setFlowRunState', input)).toEqual(first);
  });

  test('names no rule if the stored answer has none, as answers of version 0.1 have none', async () => {
    const flowRunId = await newFlowRun({ type: 'COMPLETED' });
    const input = { flowRunId, state: { type: 'CRASHED' }, idempotencyKey: 'stored before' };
    const first = await mutate('setFlowRunState', input);
    const forget = `update idempotency_key set answer = answer - 'rule' where key = 'stored before' returning answer`;
    const stored = await api.database.query<{ answer: object }>(statement('test.forgetRule', forget));
    expect(stored).toHaveLength(1);
    expect(stored[0]?.answer).not.toHaveProperty('rule');
    expect(await mutate('setFlowRunState', input)).toEqual({ ...first, rule: null });
  });
});
