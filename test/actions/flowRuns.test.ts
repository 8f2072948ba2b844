import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { cancelFlowRun } from '../../src/actions/flowRuns/cancelFlowRun.ts';
import { type CreateFlowRun, createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { createFlowRunInput } from '../../src/actions/flowRuns/createFlowRunInput.ts';
import { deleteFlowRunInput } from '../../src/actions/flowRuns/deleteFlowRunInput.ts';
import { renameFlowRun } from '../../src/actions/flowRuns/renameFlowRun.ts';
import { resumeFlowRun } from '../../src/actions/flowRuns/resumeFlowRun.ts';
import { setFlowRunState } from '../../src/actions/flowRuns/setFlowRunState.ts';
import { updateFlowRun } from '../../src/actions/flowRuns/updateFlowRun.ts';
import { writeLogs } from '../../src/actions/taskRuns/writeLogs.ts';
import type { StateRequest } from '../../src/core/runs/state.ts';
import { flowRunInputByKey } from '../../src/store/flowRuns/flowRunInputs.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';

let t: TestEngine;
let flowId: string;
beforeAll(async () => {
  t = await testEngine();
  flowId = (await createFlow(t.engine, viewer, { name: 'a flow' })).flow.id;
});
afterAll(() => t.close());

const UNKNOWN = '01900000-0000-7000-8000-00000000dead';
const run = async (more: Partial<CreateFlowRun> = {}) =>
  (await createFlowRun(t.engine, viewer, { flowId, ...more })).flowRun;
const rows = async (text: string, values: unknown[]) => t.test.database.query({ name: 'test.rows', text }, values);

describe('flows', () => {
  test('creating a flow seven times with one name creates one flow', async () => {
    const all = await Promise.all(Array.from({ length: 7 }, () => createFlow(t.engine, viewer, { name: 'once' })));
    expect(new Set(all.map(({ flow }) => flow.id)).size).toBe(1);
    expect(all.filter(({ created }) => created)).toHaveLength(1);
  });
});

describe('creating a flow run', () => {
  test('creating a flow run seven times with one idempotency key creates one run', async () => {
    const all = await Promise.all(
      Array.from({ length: 7 }, () => createFlowRun(t.engine, viewer, { flowId, idempotencyKey: 'the key' })),
    );
    expect(new Set(all.map(({ flowRun }) => flowRun.id)).size).toBe(1);
    expect(all.filter(({ created }) => created)).toHaveLength(1);
    const history = await rows('select 1 from flow_run_state where flow_run_id = $1', [all[0]?.flowRun.id]);
    expect(history).toHaveLength(1);
  });

  test.each([
    ['an unknown flow', { flowId: UNKNOWN }, 'REFERENCE_NOT_FOUND'],
    ['an unknown deployment', { deploymentId: UNKNOWN }, 'REFERENCE_NOT_FOUND'],
    ['an unknown parent', { parentTaskRunId: UNKNOWN }, 'REFERENCE_NOT_FOUND'],
    ['a name of 256 characters', { name: 'n'.repeat(256) }, 'BAD_USER_INPUT'],
    ['a name with a NUL', { name: 'a\0b' }, 'BAD_USER_INPUT'],
    ['a NUL deep in its parameters', { parameters: { a: [{ b: '\0' }] } }, 'BAD_USER_INPUT'],
    ['too large parameters', { parameters: { a: 'x'.repeat(600_000) } }, 'BAD_USER_INPUT'],
    ['an over-long idempotency key', { idempotencyKey: 'k'.repeat(256) }, 'BAD_USER_INPUT'],
  ])('creating a flow run with %s is rejected and writes nothing', async (_, more, code) => {
    const before = await rows('select count(*) from flow_run', []);
    await expect(run(more)).rejects.toMatchObject({ code });
    expect(await rows('select count(*) from flow_run', [])).toEqual(before);
  });

  test('a flow run inherits the labels of its flow', async () => {
    const { flow } = await createFlow(t.engine, viewer, { name: 'labelled', labels: { team: 'red', x: 9 } });
    expect((await run({ flowId: flow.id, labels: { x: 1 } })).labels).toEqual({
      team: 'red',
      x: 1,
      'prefect.flow.id': flow.id,
    });
  });
});

describe('cancelling', () => {
  const suspended: StateRequest = { type: 'PAUSED', name: 'Suspended', details: { pauseReschedule: true } };
  test.each<[string, StateRequest, string | null, string, boolean, string]>([
    ['a scheduled run ends it', { type: 'SCHEDULED' }, null, 'ACCEPT', true, 'CANCELLED'],
    ['a pending run ends it', { type: 'PENDING' }, null, 'ACCEPT', true, 'CANCELLED'],
    ['a pending run with infrastructure makes it CANCELLING', { type: 'PENDING' }, 'pid', 'ACCEPT', true, 'CANCELLING'],
    ['a running run makes it CANCELLING', { type: 'RUNNING' }, null, 'ACCEPT', true, 'CANCELLING'],
    ['a paused run makes it CANCELLING', { type: 'PAUSED' }, null, 'ACCEPT', true, 'CANCELLING'],
    ['a suspended run ends it', suspended, null, 'ACCEPT', true, 'CANCELLED'],
    ['a cancelling run changes nothing', { type: 'CANCELLING' }, null, 'ACCEPT', false, 'CANCELLING'],
    ['a cancelled run changes nothing', { type: 'CANCELLED' }, null, 'ACCEPT', false, 'CANCELLED'],
    ['a completed run is aborted', { type: 'COMPLETED' }, null, 'ABORT', false, 'COMPLETED'],
  ])('cancelling %s', async (_, state, infrastructurePid, verdict, written, type) => {
    const { id } = await run({ state });
    if (infrastructurePid) await updateFlowRun(t.engine, viewer, { flowRunId: id, infrastructurePid });
    expect(await cancelFlowRun(t.engine, viewer, { flowRunId: id })).toMatchObject({
      verdict,
      written,
      state: { type },
    });
  });
});

describe('renaming and updating', () => {
  test('renaming and updating a flow run changes only the given fields', async () => {
    const before = await run({ tags: ['a'], flowVersion: '1', policy: { retries: 3, retryDelaySeconds: 7 } });
    const { flowRun } = await renameFlowRun(t.engine, viewer, { flowRunId: before.id, name: 'another' });
    expect(flowRun).toEqual({ ...before, name: 'another', updated: flowRun.updated });
    const { flowRun: updated } = await updateFlowRun(t.engine, viewer, {
      flowRunId: before.id,
      flowVersion: null,
      policy: { retries: 5 },
    });
    expect(updated).toMatchObject({ name: 'another', tags: ['a'], flowVersion: null });
    expect(updated.policy).toEqual({ ...before.policy, retries: 5 });
  });

  test('renaming a flow run to an empty name gives it a generated one', async () => {
    const { id } = await run({ name: 'old' });
    const { flowRun } = await renameFlowRun(t.engine, viewer, { flowRunId: id, name: '' });
    expect(flowRun.name).toMatch(/^[a-z]+-[a-z-]+$/);
  });

  test('the job variables of a flow run can be set only while it is SCHEDULED', async () => {
    const { id } = await run({ state: { type: 'RUNNING' } });
    await expect(updateFlowRun(t.engine, viewer, { flowRunId: id, jobVariables: {} })).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
    });
  });

  test('renaming an unknown flow run is NOT_FOUND', async () => {
    await expect(renameFlowRun(t.engine, viewer, { flowRunId: UNKNOWN, name: 'x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('inputs', () => {
  test('the key of an input is unique and repeated requests create one input', async () => {
    const { id: flowRunId } = await run();
    const send = () =>
      createFlowRunInput(t.engine, viewer, { flowRunId, key: 'k', value: 'v', idempotencyKey: 'once' });
    const all = await Promise.all(Array.from({ length: 7 }, send));
    expect(new Set(all.map(({ input }) => input.id)).size).toBe(1);
    await expect(createFlowRunInput(t.engine, viewer, { flowRunId, key: 'k', value: 'w' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect(await deleteFlowRunInput(t.engine, viewer, { flowRunId, key: 'k' })).toEqual({ flowRunId, key: 'k' });
    await expect(deleteFlowRunInput(t.engine, viewer, { flowRunId, key: 'k' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test.each([
    ['', 'empty'],
    ['Upper', 'upper case'],
    ['new\n', 'a line break'],
  ])('the input key %j is rejected: %s', async (key) => {
    const { id: flowRunId } = await run();
    await expect(createFlowRunInput(t.engine, viewer, { flowRunId, key, value: 'v' })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });
});

describe('resuming', () => {
  const keyset = { schema: 'the-schema', response: 'the-response' };
  const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
  async function waiting() {
    const { id: flowRunId } = await run({ state: { type: 'RUNNING' } });
    await createFlowRunInput(t.engine, viewer, { flowRunId, key: keyset.schema, value: JSON.stringify(schema) });
    await setFlowRunState(t.engine, viewer, {
      flowRunId,
      state: { type: 'PAUSED', details: { runInputKeyset: keyset } },
    });
    return flowRunId;
  }

  test('resuming a flow run stores its input with the move', async () => {
    const flowRunId = await waiting();
    const outcome = await resumeFlowRun(t.engine, viewer, { flowRunId, runInput: { name: 'x' } });
    expect(outcome).toMatchObject({ verdict: 'ACCEPT', state: { type: 'RUNNING' } });
    const stored = await flowRunInputByKey(t.test.database, viewer.tenantId, flowRunId, keyset.response);
    expect(JSON.parse(stored?.value ?? '')).toEqual({ name: 'x' });
  });

  test('resuming a flow run with input that does not fit the schema changes nothing', async () => {
    const flowRunId = await waiting();
    const outcome = await resumeFlowRun(t.engine, viewer, { flowRunId, runInput: {} });
    expect(outcome).toMatchObject({
      verdict: 'REJECT',
      written: false,
      state: { type: 'PAUSED' },
      reason: "Reason: Validation failed. Failure reason: 'name' is a required property",
    });
    expect(await flowRunInputByKey(t.test.database, viewer.tenantId, flowRunId, keyset.response)).toBeNull();
  });

  test('resuming a flow run seven times with one idempotency key resumes it once', async () => {
    const flowRunId = await waiting();
    const send = () =>
      resumeFlowRun(t.engine, viewer, { flowRunId, runInput: { name: 'x' }, idempotencyKey: 'resume' });
    const all = await Promise.all(Array.from({ length: 7 }, send));
    for (const outcome of all) expect(outcome).toEqual(all[0]);
    expect(all[0]).toMatchObject({ verdict: 'ACCEPT', state: { version: 3 } });
  });

  test('resuming a flow run that already has a response leaves it paused', async () => {
    const flowRunId = await waiting();
    await createFlowRunInput(t.engine, viewer, { flowRunId, key: keyset.response, value: '{}' });
    const resume = resumeFlowRun(t.engine, viewer, { flowRunId, runInput: { name: 'x' } });
    await expect(resume).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await rows('select state_type from flow_run where id = $1', [flowRunId])).toEqual([
      { state_type: 'PAUSED' },
    ]);
  });

  test('a flow run that is not paused cannot be resumed', async () => {
    const { id: flowRunId } = await run();
    expect(await resumeFlowRun(t.engine, viewer, { flowRunId })).toMatchObject({ verdict: 'ABORT', written: false });
    await expect(resumeFlowRun(t.engine, viewer, { flowRunId: UNKNOWN })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('log lines', () => {
  const line = (more: object) => ({ level: 20, name: 'test', message: 'hello', ...more });
  const numbers = (flowRunId: string) =>
    rows('select number, message from log where flow_run_id = $1 order by number', [flowRunId]);

  test('a bad log line is rejected and the others are stored in order', async () => {
    const { id: flowRunId } = await run();
    const logs = [
      line({ flowRunId, message: 'one' }),
      line({ flowRunId, level: 40_000 }),
      line({ flowRunId: UNKNOWN }),
      line({}),
      line({ flowRunId, message: 'two\0' }),
    ];
    expect(await writeLogs(t.engine, viewer, { logs })).toMatchObject({
      written: 2,
      rejected: [
        { index: 1, code: 'BAD_USER_INPUT' },
        { index: 2, code: 'REFERENCE_NOT_FOUND' },
        { index: 3, code: 'BAD_USER_INPUT' },
      ],
    });
    expect(await numbers(flowRunId)).toEqual([
      { number: 1, message: 'one' },
      { number: 2, message: 'two' },
    ]);
  });

  test('log lines of many writers have contiguous numbers and each batch stays together', async () => {
    const { id: flowRunId } = await run();
    const batch = (writer: number) => ['a', 'b', 'c'].map((part) => line({ flowRunId, message: `${writer}${part}` }));
    await Promise.all(Array.from({ length: 30 }, (_, writer) => writeLogs(t.engine, viewer, { logs: batch(writer) })));
    const written = (await numbers(flowRunId)) as { number: number; message: string }[];
    expect(written.map(({ number }) => number)).toEqual(Array.from({ length: 90 }, (_, index) => index + 1));
    expect(written.map(({ message }) => message.at(-1)).join('')).toBe('abc'.repeat(30));
  });

  test('a batch of log lines sent seven times with one idempotency key is written once', async () => {
    const { id: flowRunId } = await run();
    const send = () => writeLogs(t.engine, viewer, { logs: [line({ flowRunId })], idempotencyKey: 'batch' });
    const all = await Promise.all(Array.from({ length: 7 }, send));
    for (const answer of all) expect(answer).toEqual({ written: 1, rejected: [] });
    expect(await numbers(flowRunId)).toHaveLength(1);
  });
});
