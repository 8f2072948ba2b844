import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SMALL_JOB } from '../../src/actions/bulkJobs/acceptBulkJob.ts';
import { bulkDeleteFlowRuns } from '../../src/actions/bulkJobs/bulkDeleteFlowRuns.ts';
import { type BulkSetFlowRunState, bulkSetFlowRunState } from '../../src/actions/bulkJobs/bulkSetFlowRunState.ts';
import { setFlowRunState } from '../../src/actions/flowRuns/setFlowRunState.ts';
import { startEngine, stopEngine } from '../../src/actions/startEngine.ts';
import { createTaskRun } from '../../src/actions/taskRuns/createTaskRun.ts';
import { writeLogs } from '../../src/actions/taskRuns/writeLogs.ts';
import type { BulkJob } from '../../src/core/bulkJobs/bulkJob.ts';
import type { Filter } from '../../src/core/filters/filter.ts';
import type { StateRequest } from '../../src/core/runs/state.ts';
import type { JsonObject } from '../../src/core/values/jsonObject.ts';
import { finishBulkJobs } from '../../src/services/finishBulkJobs.ts';
import { bulkJobsById } from '../../src/store/bulkJobs/bulkJobs.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';
import { interrupted } from '../support/interrupted.ts';
import { manyRuns } from '../support/manyRuns.ts';
import { insertTenant } from '../support/rows.ts';
import { waitFor } from '../support/waitFor.ts';

let t: TestEngine;
beforeAll(async () => {
  t = await testEngine();
});
afterAll(() => t.close());

let count = 0;
const sql = <Row = JsonObject>(text: string, values: unknown[] = []) =>
  t.test.database.query<Row>({ name: `test.${count++}`, text }, values);
const ofFlow = (flowId: string): Filter => ({ field: 'flowId', operator: 'in', value: [flowId] });
const set = (flowId: string, more: Partial<BulkSetFlowRunState> = {}) =>
  bulkSetFlowRunState(t.engine, viewer, { filter: ofFlow(flowId), state: { type: 'RUNNING' }, ...more });
const remove = (flowId: string) => bulkDeleteFlowRuns(t.engine, viewer, { filter: ofFlow(flowId) });

async function job(id: string | null): Promise<BulkJob> {
  const [found] = await bulkJobsById(t.test.database, viewer.tenantId, [id ?? '']);
  if (!found) throw new Error(`there is no job ${id}`);
  return found;
}
const ended = async (id: string | null): Promise<BulkJob> => {
  await waitFor(async () => (await job(id)).ended !== null);
  return job(id);
};
const versions = (ids: readonly string[]) =>
  sql<{ states: number; version: number; type: string }>(
    `select r.version, r.state_type as type, (select count(*) from flow_run_state s where s.flow_run_id = r.id) as states
     from flow_run r where r.id = any($1::uuid[])`,
    [ids],
  );

describe('a bulk job', () => {
  test('a small bulk job is done before its answer, with a state and an outcome for each run', async () => {
    const { flowId, ids } = await manyRuns(t.test.database, SMALL_JOB);
    const { bulkJobId, total, stateTypes } = await set(flowId);
    expect({ total, stateTypes }).toEqual({
      total: SMALL_JOB,
      stateTypes: [{ stateType: 'PENDING', count: SMALL_JOB }],
    });
    expect(await job(bulkJobId)).toMatchObject({ total, outcomeCounts: { ACCEPT: total }, ended: expect.any(Number) });
    expect(new Set((await versions(ids)).map((row) => JSON.stringify(row)))).toEqual(
      new Set([JSON.stringify({ version: 2, type: 'RUNNING', states: 2 })]),
    );
  });

  test('a large bulk job is done after its answer', async () => {
    const { flowId } = await manyRuns(t.test.database, SMALL_JOB + 50);
    const { bulkJobId } = await set(flowId);
    expect((await ended(bulkJobId)).outcomeCounts).toEqual({ ACCEPT: SMALL_JOB + 50 });
  });

  test('a bulk job without runs ends immediately', async () => {
    const { flowId } = await manyRuns(t.test.database, 0);
    expect(await job((await set(flowId)).bulkJobId)).toMatchObject({
      total: 0,
      outcomeCounts: {},
      ended: expect.any(Number),
    });
  });

  test('a bulk job gives each run the verdict of its own rules', async () => {
    const COMPLETED: StateRequest = { type: 'COMPLETED', data: { type: 'reference' } };
    const made = async () => {
      const runs = await manyRuns(t.test.database, 3);
      const [first = '', second = ''] = runs.ids;
      await setFlowRunState(t.engine, viewer, { flowRunId: first, state: { type: 'RUNNING' } });
      await setFlowRunState(t.engine, viewer, { flowRunId: second, state: COMPLETED });
      return runs;
    };
    const [one, other] = [await made(), await made()];
    const { bulkJobId } = await set(one.flowId);
    const outcomes = await sql<{ outcome: string; reason: string | null }>(
      'select outcome, reason from bulk_job_item where bulk_job_id = $1 order by number',
      [bulkJobId],
    );
    const single = await Promise.all(
      other.ids.map((flowRunId) => setFlowRunState(t.engine, viewer, { flowRunId, state: { type: 'RUNNING' } })),
    );
    expect(outcomes).toEqual(single.map(({ verdict, reason }) => ({ outcome: verdict, reason })));
    expect(new Set(outcomes.map(({ outcome }) => outcome)).size).toBeGreaterThan(1);
  });

  test('a bulk job contains the runs of its tenant that match its filter when it is accepted', async () => {
    const { flowId } = await manyRuns(t.test.database, 4);
    const other = { ...viewer, tenantId: await insertTenant(t.test.database) };
    const input = { filter: ofFlow(flowId), state: { type: 'RUNNING' as const } };
    expect((await bulkSetFlowRunState(t.engine, other, input)).total).toBe(0);
    const filter = { and: [ofFlow(flowId), { field: 'name', operator: 'in' as const, value: ['run 1', 'run 3'] }] };
    expect((await bulkSetFlowRunState(t.engine, viewer, { ...input, filter })).total).toBe(2);
  });

  test('a bulk job to SCHEDULED without a time schedules all runs for the time it was accepted', async () => {
    const { flowId, ids } = await manyRuns(t.test.database, 150);
    const before = Date.now() * 1000;
    await set(flowId, { state: { type: 'SCHEDULED' }, force: true });
    const times = await sql<{ due: number }>(
      'select distinct next_scheduled_start_time as due from flow_run where id = any($1::uuid[])',
      [ids],
    );
    expect(times).toHaveLength(1);
    expect(times[0]?.due).toBeGreaterThanOrEqual(before);
  });

  test('a bulk job counts a run that was deleted before its turn as NOT_FOUND', async () => {
    const { flowId, ids } = await manyRuns(t.test.database, 2);
    const remove = () => sql('delete from flow_run where id = $1', [ids[0]]);
    const engine = startEngine(interrupted(t.test.database, 'bulkJobs.task', remove), t.engine.streams);
    const { bulkJobId } = await bulkSetFlowRunState(engine, viewer, {
      filter: ofFlow(flowId),
      state: { type: 'RUNNING' },
    });
    expect((await job(bulkJobId)).outcomeCounts).toEqual({ ACCEPT: 1, NOT_FOUND: 1 });
  });

  test('a bulk job sends events to the followers of its runs', async () => {
    const { flowId, ids } = await manyRuns(t.test.database, 2);
    const events = await t.engine.streams.follow(`flowRunStates:${ids[1]}`, { fromNow: true });
    await set(flowId);
    expect((await events.next()).value).toMatchObject({ position: 2, row: { type: 'RUNNING' } });
    await events.return?.();
  });
});

describe('a run that fails its transaction', () => {
  test('a run that fails the transaction of a bulk job fails alone and is reported once', async () => {
    const { flowId, ids } = await manyRuns(t.test.database, 60);
    const poisoned = ids[31] ?? '';
    await sql(`alter table flow_run_state add constraint poison check (flow_run_id <> '${poisoned}' or version = 1)`);
    const { bulkJobId } = await set(flowId);
    await sql('alter table flow_run_state drop constraint poison');
    expect((await job(bulkJobId)).outcomeCounts).toEqual({ ACCEPT: 59, FAILED: 1 });
    expect(await sql("select flow_run_id from bulk_job_item where outcome = 'FAILED'")).toEqual([
      { flow_run_id: poisoned },
    ]);
    expect(await versions([poisoned])).toEqual([{ version: 1, type: 'PENDING', states: 1 }]);
    await expect(finishBulkJobs.tick(t.engine, Date.now() * 1000)).rejects.toThrow('errors in bulk jobs: 1');
    await finishBulkJobs.tick(t.engine, Date.now() * 1000); // the fault is reported once
  });
});

describe('a filter without a condition', () => {
  test.each<[string, Filter]>([
    ['empty', { and: [] }],
    ['with an empty alternative', { or: [{ and: [] }, ofFlow('01900000-0000-7000-8000-00000000dead')] }],
  ])('a bulk job with a filter that is %s is rejected and changes nothing', async (_, filter) => {
    const jobs = await sql('select count(*) from bulk_job');
    await expect(bulkDeleteFlowRuns(t.engine, viewer, { filter })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(set('', { filter, dryRun: true })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await sql('select count(*) from bulk_job')).toEqual(jobs);
  });
});

describe('a dry run', () => {
  test('a dry run counts runs, writes nothing and does not use its idempotency key', async () => {
    const { flowId, ids } = await manyRuns(t.test.database, 3);
    await setFlowRunState(t.engine, viewer, { flowRunId: ids[0] ?? '', state: { type: 'RUNNING' } });
    const stateTypes = [
      { stateType: 'PENDING', count: 2 },
      { stateType: 'RUNNING', count: 1 },
    ];
    const writes = () =>
      sql('select (select count(*) from bulk_job) jobs, (select count(*) from idempotency_key) keys');
    const before = await writes();
    const keyed = { idempotencyKey: 'dry' };
    const sorted = ({ stateTypes: types }: Awaited<ReturnType<typeof set>>) =>
      [...types].sort((a, b) => (a.stateType < b.stateType ? -1 : 1));
    const dry = await set(flowId, { ...keyed, dryRun: true });
    expect({ ...dry, stateTypes: sorted(dry) }).toEqual({ bulkJobId: null, total: 3, stateTypes });
    expect(await writes()).toEqual(before);
    const real = await set(flowId, keyed);
    expect(sorted(real)).toEqual(stateTypes);
    expect((await job(real.bulkJobId)).total).toBe(3);
  });
});

describe('an idempotency key', () => {
  test('a bulk job requested seven times with one idempotency key is created once', async () => {
    const { flowId, ids } = await manyRuns(t.test.database, 20);
    const answers = await Promise.all(
      Array.from({ length: 7 }, () => set(flowId, { force: true, idempotencyKey: 'seven' })),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(new Set((await versions(ids)).map(({ version }) => version))).toEqual(new Set([2]));
  });
});

describe('bulk deletion', () => {
  test('bulk deletion deletes everything that belongs to the runs and nothing else', async () => {
    const { flowId, ids } = await manyRuns(t.test.database, 30);
    const { ids: others } = await manyRuns(t.test.database, 3);
    const [flowRunId = ''] = ids;
    const { taskRun } = await createTaskRun(t.engine, viewer, { flowRunId, taskKey: 'task', dynamicKey: '0' });
    await sql('update flow_run set parent_task_run_id = $1 where id = $2', [taskRun.id, others[0]]);
    await writeLogs(t.engine, viewer, { logs: [{ flowRunId, level: 20, name: 'test', message: 'a line' }] });
    const { bulkJobId } = await remove(flowId);
    expect((await job(bulkJobId)).outcomeCounts).toEqual({ DELETED: 30 });
    for (const [table, column] of Object.entries({
      ...{ flow_run: 'id', flow_run_state: 'flow_run_id', task_run: 'flow_run_id' },
      ...{ task_run_state: 'flow_run_id', log: 'run_id', run_counter: 'run_id' },
    }))
      expect(await sql(`select 1 from ${table} where ${column} = any($1::uuid[])`, [ids]), table).toEqual([]);
    expect(await sql('select parent_task_run_id as parent from flow_run where id = $1', [others[0]])).toEqual([
      { parent: null },
    ]);
    expect(await versions(others)).toHaveLength(3);
  });

  test('bulk deletion ends while the same runs are moved', async () => {
    const { flowId, ids } = await manyRuns(t.test.database, 100, 'RUNNING');
    await Promise.all(
      ids.map((flowRunId) => createTaskRun(t.engine, viewer, { flowRunId, taskKey: 'task', dynamicKey: '0' })),
    );
    const lines = ids.map((flowRunId) => ({ flowRunId, level: 20, name: 'test', message: 'a line' }));
    const [{ bulkJobId }] = await Promise.all([
      remove(flowId),
      ...ids
        .toReversed()
        .map((flowRunId) =>
          setFlowRunState(t.engine, viewer, { flowRunId, state: { type: 'RUNNING' } }).catch(({ code }) =>
            expect(code).toBe('NOT_FOUND'),
          ),
        ),
      writeLogs(t.engine, viewer, { logs: lines }),
    ]);
    expect((await ended(bulkJobId)).outcomeCounts).toEqual({ DELETED: 100 });
  });
});

test('a bulk job that a stopped server left unfinished is finished by another server', async () => {
  const { flowId, ids } = await manyRuns(t.test.database, 10);
  await t.engine.bulkWorker.stop();
  const { bulkJobId } = await set(flowId);
  expect(await job(bulkJobId)).toMatchObject({ ended: null, outcomeCounts: {} });
  const another = startEngine(t.test.database, t.engine.streams);
  await finishBulkJobs.tick(another, Date.now() * 1000);
  expect((await ended(bulkJobId)).outcomeCounts).toEqual({ ACCEPT: 10 });
  expect(new Set((await versions(ids)).map(({ version }) => version))).toEqual(new Set([2]));
  await stopEngine(another);
});
