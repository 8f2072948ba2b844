import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDeployment } from '../../src/actions/deployments/createDeployment.ts';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { cancelFlowRun } from '../../src/actions/flowRuns/cancelFlowRun.ts';
import { type CreateFlowRun, createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { setFlowRunState } from '../../src/actions/flowRuns/setFlowRunState.ts';
import { type CreateTaskRun, createTaskRun } from '../../src/actions/taskRuns/createTaskRun.ts';
import { newId } from '../../src/actions/writing/newId.ts';
import type { FlowRun } from '../../src/core/runs/run.ts';
import type { StateRequest } from '../../src/core/runs/state.ts';
import { addSeconds, type Instant } from '../../src/core/values/instant.ts';
import { cancellationCleanup } from '../../src/services/cancellationCleanup.ts';
import { cancellingTimeout } from '../../src/services/cancellingTimeout.ts';
import { lateRuns } from '../../src/services/lateRuns.ts';
import type { Loop } from '../../src/services/loops.ts';
import { pauseExpirations } from '../../src/services/pauseExpirations.ts';
import { statement } from '../../src/store/connection/database.ts';
import { flowRunsById } from '../../src/store/flowRuns/flowRuns.ts';
import { taskRunsById } from '../../src/store/taskRuns/taskRuns.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';

let t: TestEngine;
let flowId = '';
beforeAll(async () => {
  t = await testEngine();
  flowId = (await createFlow(t.engine, viewer, { name: 'flow' })).flow.id;
});
afterAll(() => t.close());
beforeEach(async () => {
  await sql('delete from flow_run');
});

let count = 0;
function sql<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
  count += 1;
  return t.test.database.query<Row>(statement(`test.${count}`, text), values);
}

// A round of a loop ends early when it takes some seconds. With a clock that stands still it never does.
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterAll(() => void vi.useRealTimers());

const NOW: Instant = Date.now() * 1000;
const at = (seconds: number) => addSeconds(NOW, seconds);
const tick = (loop: Loop, seconds = 0) => loop.tick(t.engine, at(seconds));
/** A round so many seconds after the last state of a run. */
async function tickAfter(id: string, loop: Loop, seconds: number): Promise<void> {
  const [run] = await flowRunsById(t.engine.database, viewer.tenantId, [id]);
  await loop.tick(t.engine, addSeconds(run?.stateTimestamp ?? Number.NaN, seconds));
}
const LOOPS = {
  late: lateRuns(5, 15),
  pauses: pauseExpirations(5),
  cleanup: cancellationCleanup(20),
  timeout: cancellingTimeout(300),
};

const flowRun = async (state: StateRequest, more: Partial<CreateFlowRun> = {}): Promise<FlowRun> =>
  (await createFlowRun(t.engine, viewer, { flowId, state, ...more })).flowRun;
/** Creates runs ten at a time: hundreds at once would wait for a connection longer than a request may. */
async function flowRuns(count: number, state: StateRequest): Promise<FlowRun[]> {
  const runs: FlowRun[] = [];
  while (runs.length < count) runs.push(...(await Promise.all(Array.from({ length: 10 }, () => flowRun(state)))));
  return runs;
}
const scheduled = (seconds: number, name?: string): StateRequest => ({
  type: 'SCHEDULED',
  ...(name && { name }),
  details: { scheduledTime: at(seconds) },
});
const taskRun = async (flowRunId: string, state: StateRequest, more: Partial<CreateTaskRun> = {}) =>
  (await createTaskRun(t.engine, viewer, { flowRunId, taskKey: 'task', dynamicKey: newId(), state, ...more })).taskRun;
const move = (flowRunId: string, state: StateRequest, force = true) =>
  setFlowRunState(t.engine, viewer, { flowRunId, state, force });

/** The state name, message and version of a run. */
async function standing(table: 'flow_run' | 'task_run', id: string) {
  const [row] = await sql<{ of: unknown[] }>(
    `select jsonb_build_array(state_name, state_message, version) as of from ${table} where id = $1`,
    [id],
  );
  return row?.of;
}
const nameOf = async (id: string) => (await flowRunsById(t.engine.database, viewer.tenantId, [id]))[0]?.stateName;
const taskNameOf = async (id: string) => (await taskRunsById(t.engine.database, viewer.tenantId, [id]))[0]?.stateName;

/** Makes a run look as if a Prefect 1 client knew it. */
const toPrefect1 = (id: string) =>
  sql(
    `update flow_run set prefect1_state = 'Scheduled', serialized_state = '{}', scheduled_start_time = now() where id = $1`,
    [id],
  );

describe('late runs', () => {
  test.each([
    ['due for 16 s', scheduled(-16), 'Late'],
    ['due for 15 s', scheduled(-15), 'Late'],
    ['due for 14 s', scheduled(-14), 'Scheduled'],
    ['due tomorrow', scheduled(86_400), 'Scheduled'],
    ['waiting for its retry', scheduled(-60, 'AwaitingRetry'), 'AwaitingRetry'],
    ['resuming', scheduled(-60, 'Resuming'), 'Resuming'],
    ['waiting for a slot', scheduled(-60, 'AwaitingConcurrencySlot'), 'AwaitingConcurrencySlot'],
    ['pending', { type: 'PENDING', details: { scheduledTime: at(-60) } } as const, 'Pending'],
  ])('the loop for late runs leaves a run %s as %s', async (_, state, name) => {
    const { id } = await flowRun(state);
    await tick(LOOPS.late);
    expect(await nameOf(id)).toBe(name);
  });

  test('a late run keeps its due time and is marked once', async () => {
    const { id } = await flowRun(scheduled(-60));
    await tick(LOOPS.late);
    await tick(LOOPS.late);
    expect(await standing('flow_run', id)).toEqual(['Late', null, 2]);
    const [run] = await flowRunsById(t.engine.database, viewer.tenantId, [id]);
    expect(run).toMatchObject({ nextScheduledStartTime: at(-60), expectedStartTime: at(-60) });
  });

  test('a Prefect 1 run is never marked late', async () => {
    const { id } = await flowRun(scheduled(-60));
    await toPrefect1(id);
    await tick(LOOPS.late);
    expect(await nameOf(id)).toBe('Scheduled');
  });
});

describe('pauses', () => {
  const paused = (seconds: number): StateRequest => ({ type: 'PAUSED', details: { pauseTimeout: at(seconds) } });

  test('a paused run that times out fails', async () => {
    const [expired, suspended, waiting, endless] = await Promise.all([
      flowRun(paused(-1)),
      flowRun({ ...paused(-100), name: 'Suspended', details: { pauseReschedule: true, pauseTimeout: at(-100) } }),
      flowRun(paused(60)),
      flowRun({ type: 'PAUSED' }),
    ]);
    await tick(LOOPS.pauses);
    const failed = ['Failed', 'The flow was paused and never resumed.', 2];
    expect(await standing('flow_run', expired.id)).toEqual(failed);
    expect(await standing('flow_run', suspended.id)).toEqual(failed);
    expect([await nameOf(waiting.id), await nameOf(endless.id)]).toEqual(['Paused', 'Paused']);
    await tick(LOOPS.pauses, 61);
    expect([await nameOf(waiting.id), await nameOf(endless.id)]).toEqual(['Failed', 'Paused']);
  });

  test('a paused run that resumes before the loop fails it is left alone', async () => {
    const { id } = await flowRun(paused(-1));
    const query = t.engine.database.query.bind(t.engine.database);
    const resuming = {
      ...t.engine,
      database: {
        ...t.engine.database,
        query: async <Row>(...asked: Parameters<typeof query>) => {
          const found = await query<Row>(...asked);
          if (asked[0].name === 'flowRuns.expiredPauses' && found.length > 0) await move(id, { type: 'RUNNING' });
          return found;
        },
      },
    };
    await LOOPS.pauses.tick(resuming, NOW);
    expect(await standing('flow_run', id)).toEqual(['Running', null, 2]);
  });

  test('a paused run that times out fails among hundreds that have not', async () => {
    await flowRuns(250, paused(900));
    const { id } = await flowRun(paused(-1));
    await tick(LOOPS.pauses);
    expect(await nameOf(id)).toBe('Failed');
  });

  test('a paused Prefect 1 run never times out', async () => {
    const { id } = await flowRun(paused(-1));
    await toPrefect1(id);
    await tick(LOOPS.pauses);
    expect(await nameOf(id)).toBe('Paused');
  });
});

describe('a cancelled flow run', () => {
  const message = 'The parent flow run was cancelled.';

  test('cancelling a flow run cancels its task runs, and later ones for a day', async () => {
    const parent = await flowRun({ type: 'RUNNING' });
    const [running, pending, done] = await Promise.all([
      taskRun(parent.id, { type: 'RUNNING' }),
      taskRun(parent.id, { type: 'PENDING' }),
      taskRun(parent.id, { type: 'COMPLETED' }),
    ]);
    await tick(LOOPS.cleanup);
    expect(await taskNameOf(running.id)).toBe('Running');
    await move(parent.id, { type: 'CANCELLED' });
    await tick(LOOPS.cleanup);
    expect(await standing('task_run', running.id)).toEqual(['Cancelled', message, 2]);
    expect(await standing('task_run', pending.id)).toEqual(['Cancelled', message, 2]);
    expect(await standing('task_run', done.id)).toEqual(['Completed', null, 1]);
    const begun = await taskRun(parent.id, { type: 'RUNNING' });
    await tickAfter(parent.id, LOOPS.cleanup, 86_401);
    expect(await taskNameOf(begun.id)).toBe('Running');
    await tickAfter(parent.id, LOOPS.cleanup, 86_399);
    expect(await taskNameOf(begun.id)).toBe('Cancelled');
  });

  test('cancelling a Prefect 1 flow run leaves its task runs alone', async () => {
    const parent = await flowRun({ type: 'CANCELLED' });
    await toPrefect1(parent.id);
    const { id } = await taskRun(parent.id, { type: 'PENDING' });
    await tick(LOOPS.cleanup);
    expect(await taskNameOf(id)).toBe('Pending');
  });

  test('cancelling a flow run cancels its subflows, which become CANCELLING if they may have infrastructure', async () => {
    const deploymentId = (await createDeployment(t.engine, viewer, { flowId, name: newId() })).deployment.id;
    const parent = await flowRun({ type: 'RUNNING' });
    const subflow = async (more: Partial<CreateFlowRun> = {}) => {
      const { id: parentTaskRunId } = await taskRun(parent.id, { type: 'RUNNING' });
      return { parentTaskRunId, id: (await flowRun({ type: 'RUNNING' }, { parentTaskRunId, ...more })).id };
    };
    const [deployed, plain, waiting] = await Promise.all([
      subflow({ deploymentId }),
      subflow(),
      subflow({ deploymentId, state: { type: 'SCHEDULED' } }),
    ]);
    const other = await flowRun(
      { type: 'RUNNING' },
      { parentTaskRunId: (await taskRun((await flowRun({ type: 'RUNNING' })).id, { type: 'RUNNING' })).id },
    );
    await move(parent.id, { type: 'CANCELLED' });
    await tick(LOOPS.cleanup);
    await tick(LOOPS.cleanup);
    expect(await standing('flow_run', deployed.id)).toEqual(['Cancelling', message, 2]);
    expect(await standing('flow_run', plain.id)).toEqual(['Cancelled', message, 2]);
    // Nothing runs yet that could be stopped.
    expect(await nameOf(waiting.id)).toBe('Cancelled');
    expect(await nameOf(other.id)).toBe('Running');
    // A task run follows its subflow and is not moved again by the loop.
    expect(await taskNameOf(deployed.parentTaskRunId)).toBe('Cancelling');
    await tickAfter(deployed.id, LOOPS.timeout, 301);
    expect([await nameOf(deployed.id), await taskNameOf(deployed.parentTaskRunId)]).toEqual(['Cancelled', 'Cancelled']);
  });

  test('cancelling a flow run cancels nested subflows in the same round', async () => {
    const top = await flowRun({ type: 'RUNNING' });
    const runs = [top.id];
    for (let depth = 0; depth < 4; depth += 1) {
      const { id: parentTaskRunId } = await taskRun(runs.at(-1) ?? '', { type: 'RUNNING' });
      runs.push((await flowRun({ type: 'RUNNING' }, { parentTaskRunId })).id);
    }
    const leaf = await taskRun(runs.at(-1) ?? '', { type: 'RUNNING' });
    await move(top.id, { type: 'CANCELLED' });
    await tick(LOOPS.cleanup);
    expect(await Promise.all(runs.map(nameOf))).toEqual(runs.map(() => 'Cancelled'));
    expect(await standing('task_run', leaf.id)).toEqual(['Cancelled', message, 2]);
  });
});

describe('cancelling', () => {
  test('a cancelling run that times out becomes CANCELLED', async () => {
    const { id } = await flowRun({ type: 'RUNNING' });
    await cancelFlowRun(t.engine, viewer, { flowRunId: id });
    await tickAfter(id, LOOPS.timeout, 299);
    expect(await nameOf(id)).toBe('Cancelling');
    await tickAfter(id, LOOPS.timeout, 301);
    const message = 'Flow run cancellation timed out; marked this flow run as Cancelled.';
    expect(await standing('flow_run', id)).toEqual(['Cancelled', message, 3]);
  });

  test('a cancelling Prefect 1 run does not time out', async () => {
    const { id } = await flowRun({ type: 'CANCELLING' });
    await toPrefect1(id);
    await tickAfter(id, LOOPS.timeout, 301);
    expect(await nameOf(id)).toBe('Cancelling');
  });
});

describe('a round', () => {
  test('rounds on three servers move each run once', async () => {
    const state: StateRequest = { type: 'PAUSED', details: { pauseTimeout: at(-60) } };
    const runs = await flowRuns(300, state);
    await Promise.all([1, 2, 3].map(() => tick(LOOPS.pauses)));
    const standings = await Promise.all(runs.map(({ id }) => standing('flow_run', id)));
    expect(standings.filter((of) => of?.[0] !== 'Failed' || of[2] !== 2)).toEqual([]);
  });

  test.each([
    ['late', ['flowRuns.late']],
    ['pauses', ['flowRuns.expiredPauses']],
    ['cleanup', ['flowRuns.subflowsOfCancelled', 'taskRuns.ofCancelled']],
    ['timeout', ['flowRuns.cancellingSince']],
  ] as const)('a round of the loop %s without work executes only its queries $1', async (loop, expected) => {
    const names: string[] = [];
    t.engine.database.onStatement = (name) => names.push(name);
    await tick(LOOPS[loop]);
    t.engine.database.onStatement = null;
    expect(names).toEqual(expected);
  });

  test.each([
    ['flowRuns.late', ['flow_run_late_idx']],
    ['flowRuns.expiredPauses', ['flow_run_pause_timeout_idx']],
    ['flowRuns.cancellingSince', ['flow_run_cancelling_idx']],
    ['taskRuns.ofCancelled', ['flow_run_cancelled_idx', 'task_run_unfinished_idx']],
    ['flowRuns.subflowsOfCancelled', ['flow_run_unfinished_subflow_idx']],
  ])('the query %s uses an index', async (name, indexes) => {
    const texts = new Map<string, string>();
    const query = t.engine.database.query.bind(t.engine.database);
    const watching = {
      ...t.engine,
      database: {
        ...t.engine.database,
        query: <Row>(...asked: Parameters<typeof query>) => {
          texts.set(asked[0].name, asked[0].text);
          return query<Row>(...asked);
        },
      },
    };
    await Promise.all(Object.values(LOOPS).map((loop) => loop.tick(watching, NOW)));
    const parameters = name === 'flowRuns.subflowsOfCancelled' ? ['5'] : ["'2026-11-21T12:00:00Z'", '5'];
    const text = (texts.get(name) ?? '').replace(/\$(\d)/g, (_, number) => parameters[number - 1] ?? '');
    const plan = await t.engine.database.transaction(async (transaction) => {
      // Tables that are nearly empty are read whole otherwise.
      await transaction.query(statement('test.noSeqscan', 'set local enable_seqscan = off'));
      return transaction.query<object>(statement(`test.explain.${name}`, `explain ${text}`));
    });
    for (const index of indexes) expect(JSON.stringify(plan)).toContain(index);
  });
});
