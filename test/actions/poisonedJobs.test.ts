import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { createTaskRun, newTaskRun } from '../../src/actions/taskRuns/createTaskRun.ts';
import { newId } from '../../src/actions/writing/newId.ts';
import { beginFlowRun } from '../../src/core/rules/begin.ts';
import { blankFlowRun } from '../../src/core/runs/blankFlowRun.ts';
import { proposeState } from '../../src/core/runs/state.ts';
import { keysText } from '../../src/store/taskRuns/taskRunKeys.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';

// Writes that share a transaction, one of which fails: each writer keeps the others. The jobs go to the writers directly,
// past all checks, as no caller could send them.

let t: TestEngine;
let flowId: string;
let count = 0;
beforeAll(async () => {
  t = await testEngine();
  flowId = (await createFlow(t.engine, viewer, { name: 'a flow' })).flow.id;
});
afterAll(() => t.close());

const { tenantId } = viewer;
const flowRun = async () => (await createFlowRun(t.engine, viewer, { flowId, state: { type: 'RUNNING' } })).flowRun.id;
const keys = () => ({ taskKey: 'task', dynamicKey: String(count++) });
const taskRun = async () => (await createTaskRun(t.engine, viewer, keys())).taskRun.id;
const now = Date.now() * 1000;

/** One that PostgreSQL rejects and one that fails in our code. */
const POISONS = {
  'a text that cannot be stored': () => 'a\0b',
  'an error in our code': (): string => {
    throw new Error('an error in our code');
  },
};
type Message = () => string;

/** Prepares a job with a message, which may fail. */
const SUBMIT: { [writer: string]: (message: Message) => Promise<() => Promise<unknown>> } = {
  async flowRunCreations(message) {
    const run = { id: newId(), tenantId, flowId, name: 'a run' };
    const begin = (at: number) => {
      const facts = { prefect1: false, now: at, newId, random: 0 };
      return beginFlowRun(blankFlowRun(run, {}, at), { type: 'PENDING', message: message() }, facts);
    };
    return () => t.engine.writer.flowRunCreations.submit({ run, begin }, 0);
  },
  async flowRunInputs(message) {
    const input = { id: newId(), flowRunId: await flowRun(), key: 'a', sender: null };
    const job = {
      tenantId,
      request: null,
      input: Object.defineProperty({ ...input, value: '' }, 'value', { get: message }),
    };
    return () => t.engine.writer.flowRunInputs.submit(job, 0);
  },
  async flowRunMoves(message) {
    const flowRunId = await flowRun();
    const propose = () => ({ state: { type: 'RUNNING' as const, message: message() }, force: true });
    const job = { tenantId, flowRunId, propose, expectedVersion: null, request: null, input: null };
    return () => t.engine.writer.flowRunMoves.submit(job, 0);
  },
  async taskRunMoves(message) {
    const taskRunId = await taskRun();
    const propose = () => ({ state: { type: 'RUNNING' as const, message: message() }, force: true });
    const job = { tenantId, taskRunId, propose, cacheKey: null, expectedVersion: null, request: null };
    return () => t.engine.writer.taskRunMoves.submit(job, 0);
  },
  async taskRunCreations(message) {
    const state = {
      type: 'PENDING' as const,
      get message() {
        return message();
      },
    };
    return () => t.engine.writer.taskRunCreations.submit({ run: newTaskRun(viewer, keys()), state, request: null }, 0);
  },
  async taskRunReports(message) {
    const run = newTaskRun(viewer, keys());
    const state = Object.defineProperty(proposeState({ type: 'RUNNING' }, newId(), now), 'message', {
      get: message,
      enumerable: true,
    });
    const reports = [{ index: 0, run, state }];
    const job = { tenantId, reports, rejected: [], request: null, rows: [keysText(run)] };
    return () => t.engine.writer.taskRunReports.submit(job, 0);
  },
  async logs(message) {
    const runs = { flowRunId: await flowRun(), taskRunId: null };
    const line = {
      ...{ index: 0, id: newId(), runs, timestamp: now, level: 20, name: 'test', info: null },
      get message() {
        return message();
      },
    };
    return () => t.engine.writer.logs.submit({ tenantId, lines: [line], runs: [runs], rejected: [], request: null }, 0);
  },
};

describe.each(Object.entries(SUBMIT))('%s in one flush', (_, prepare) => {
  test.each(Object.entries(POISONS))('a job with %s does not fail the others of its flush', async (_, poison) => {
    const poisoned = 3;
    const jobs = await Promise.all(
      Array.from({ length: 8 }, (_, index) => prepare(index === poisoned ? poison : () => 'well')),
    );
    const settled = await Promise.allSettled(jobs.map((submit) => submit()));
    expect(settled.flatMap(({ status }, index) => (status === 'rejected' ? index : []))).toEqual([poisoned]);
  });
});
