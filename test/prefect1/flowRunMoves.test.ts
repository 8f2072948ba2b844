import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cancelFlowRun } from '../../src/actions/flowRuns/cancelFlowRun.ts';
import { setFlowRunState } from '../../src/actions/flowRuns/setFlowRunState.ts';
import { cancelPrefect1FlowRun } from '../../src/actions/prefect1Runs/cancelPrefect1FlowRun.ts';
import { createPrefect1FlowRun } from '../../src/actions/prefect1Runs/createPrefect1FlowRun.ts';
import { setPrefect1FlowRunStates } from '../../src/actions/prefect1Runs/setPrefect1FlowRunStates.ts';
import { viewer } from '../support/engine.ts';
import { insertRows, insertTenant, NOON } from '../support/rows.ts';
import { openRunWorld, type RunWorld } from './runWorld.ts';

let t: RunWorld;
beforeAll(async () => {
  t = await openRunWorld();
});
afterAll(() => t.close());

const history = (id: string) =>
  t.rows(
    'select version, type, name, prefect1_state, message from flow_run_state where flow_run_id = $1 order by version',
    [id],
  );

describe('new runs of a registered flow', () => {
  test('a new Prefect 1 flow run is scheduled with a pending task run per task and is a native run', async () => {
    const flow = await t.register({}, {}, [{ slug: 'a-1', cacheKey: 'k' }, { slug: 'b-1' }]);
    const id = await t.start(flow.id, { scheduledStartTime: NOON, context: { a: 1 }, idempotencyKey: 'key' });
    const run = await t.flowRun(id);
    expect(run).toMatchObject({
      ...{ version: 1, state_type: 'SCHEDULED', state_name: 'Scheduled', state_message: 'Flow run scheduled.' },
      ...{
        prefect1_state: 'Scheduled',
        auto_scheduled: false,
        times_resurrected: 0,
        context: { a: 1 },
        heartbeat: null,
      },
      serialized_state: { type: 'Scheduled', start_time: '2026-11-21T12:00:00.123456+00:00', cached_inputs: {} },
    });
    expect(run.state_start_time).toBe(run.scheduled_start_time);
    const tasks = await t.rows(
      `select r.task_key, r.map_index, r.dynamic_key, r.prefect1_state, r.version, r.state_message, r.cache_key, s.position
       from task_run r join task_run_state s on s.id = r.state_id where r.flow_run_id = $1 order by task_key`,
      [id],
    );
    const pending = {
      map_index: -1,
      dynamic_key: '-1',
      prefect1_state: 'Pending',
      version: 1,
      state_message: 'Task run created',
    };
    expect(tasks).toEqual([
      { ...pending, task_key: 'a-1', cache_key: 'k', position: expect.any(Number) },
      { ...pending, task_key: 'b-1', cache_key: null, position: expect.any(Number) },
    ]);
    expect(await createPrefect1FlowRun(t.engine, viewer, { flowId: flow.id, idempotencyKey: 'key' })).toEqual({
      id,
      created: false,
    });
    expect(await history(id)).toHaveLength(1);
  });

  test('a new Prefect 1 flow run inherits labels, run config and parameters', async () => {
    const flow = await t.register(
      {
        parameters: [
          { name: 'a', default: 1, required: false },
          { name: 'b', default: 1, required: false },
          { name: 'none', default: 0, required: false },
        ],
        runConfig: { type: 'UniversalRun', labels: ['flow'] },
      },
      { defaultParameters: { b: 2 } },
    );
    expect(await t.flowRun(await t.start(flow.id, { parameters: { c: 3 } }))).toMatchObject({
      tags: ['flow'],
      run_config: { type: 'UniversalRun', labels: ['flow'] },
      parameters: { a: 1, b: 2, c: 3 },
    });
    expect(await t.flowRun(await t.start(flow.id, { labels: ['c', 'a'] }))).toMatchObject({ tags: ['a', 'c'] });
  });

  test.each([
    [{}, 'A flow id or version group ID must be provided.'],
    [{ flowId: '01900000-0000-7000-8000-00000000ffff' }, 'Flow 01900000-0000-7000-8000-00000000ffff not found'],
    [{ versionGroupId: 'unknown' }, 'Version group unknown has no unarchived flows.'],
  ])('a Prefect 1 flow run is not created for %j', async (input, message) => {
    await expect(createPrefect1FlowRun(t.engine, viewer, input)).rejects.toThrow(message);
  });

  test('a Prefect 1 flow run is not created for an archived flow, without required parameters or for another tenant', async () => {
    const archived = await t.register({ archived: true });
    await expect(t.start(archived.id)).rejects.toThrow(`Flow ${archived.id} is archived.`);
    const asking = await t.register({ parameters: [{ name: 'x', required: true, default: null }] });
    await expect(t.start(asking.id)).rejects.toThrow("Required parameters were not supplied: {'x'}");
    const other = { tenantId: await insertTenant(t.test.database), role: 'ADMIN' } as const;
    const input = { flowId: asking.id, parameters: { x: 1 } };
    await expect(createPrefect1FlowRun(t.engine, other, input)).rejects.toThrow(`Flow ${asking.id} not found`);
    expect((await createPrefect1FlowRun(t.engine, { ...other, ofEveryTenant: true }, input)).created).toBe(true);
  });
});

describe('states set by a client', () => {
  test('a state set by a client is accepted after any other, stored verbatim and moves the native run', async () => {
    const id = await t.start((await t.register()).id);
    await t.setFlowRun(id, {
      type: 'Success',
      message: 'done',
      _result: { type: 'PrefectResult', location: '"1"' },
      extra: 1,
    });
    await t.setFlowRun(id, { type: 'Scheduled', start_time: '2022-01-01T00:00:00' });
    await t.setFlowRun(id, { type: 'Running' });
    expect(await history(id)).toEqual([
      { version: 1, type: 'SCHEDULED', name: 'Scheduled', prefect1_state: 'Scheduled', message: 'Flow run scheduled.' },
      { version: 2, type: 'COMPLETED', name: 'Completed', prefect1_state: 'Success', message: 'done' },
      { version: 3, type: 'SCHEDULED', name: 'Scheduled', prefect1_state: 'Scheduled', message: null },
      { version: 4, type: 'RUNNING', name: 'Running', prefect1_state: 'Running', message: null },
    ]);
    const [success, again] = await t.rows(
      'select serialized_state, start_time from flow_run_state where flow_run_id = $1 and version in (2, 3) order by version',
      [id],
    );
    expect(success?.serialized_state).toEqual({
      ...{ type: 'Success', message: 'done', context: {}, cached_inputs: {}, extra: 1 },
      _result: { type: 'PrefectResult', location: '"1"' },
    });
    expect(again?.serialized_state).toMatchObject({ start_time: '2022-01-01T00:00:00+00:00' });
    const run = await t.flowRun(id);
    expect(run.heartbeat).not.toBeNull();
    expect(run.start_time).not.toBeNull();
    expect(run.end_time).not.toBeNull();
    expect(run.state_start_time).toBeNull();
  });

  test('a repeated state is written once and one with another message is a new state', async () => {
    const id = await t.start((await t.register()).id);
    for (const message of ['a', 'a', 'b']) await t.setFlowRun(id, { type: 'Running', message });
    await Promise.all(Array.from({ length: 7 }, () => t.setFlowRun(id, { type: 'Scheduled' })));
    expect((await history(id)).map(({ prefect1_state }) => prefect1_state)).toEqual([
      ...['Scheduled', 'Running', 'Running', 'Scheduled'],
    ]);
  });

  test.each([
    [{ type: 'Nope' }, "{'type': ['Unsupported value: Nope']}"],
    [{ message: 'x' }, "{'type': ['Missing data for required field.']}"],
    [{ type: 'Success', message: 'x'.repeat(1_000_000) }, 'State payload is too large.'],
  ])('a malformed Prefect 1 state is rejected: $1', async (state, message) => {
    const id = await t.start((await t.register()).id);
    await expect(t.setFlowRun(id, state)).rejects.toThrow(message);
    expect(await history(id)).toHaveLength(1);
  });

  test('a state for an unknown run is rejected alone', async () => {
    const id = await t.start((await t.register()).id);
    const unknown = v7();
    const states = [unknown, id].map((flowRunId) => ({ flowRunId, state: { type: 'Running' } }));
    await expect(setPrefect1FlowRunStates(t.engine, viewer, states)).rejects.toThrow(
      `State update failed for flow run ID ${unknown}`,
    );
    expect(await t.flowRun(id)).toMatchObject({ prefect1_state: 'Running' });
  });
});

describe('submission of flow runs', () => {
  const ALREADY = 'State update failed: this run has already been submitted.';

  test('a flow run can be submitted once in 30 seconds and stores its agent', async () => {
    const agent = v7();
    await insertRows(t.test.database, 'agent', [{ id: agent, tenantId: viewer.tenantId, labels: [], updated: NOON }]);
    const id = await t.start((await t.register()).id);
    await t.setFlowRun(id, { type: 'Submitted' }, agent);
    expect(await t.flowRun(id)).toMatchObject({ prefect1_state: 'Submitted', state_type: 'PENDING', agent_id: agent });
    await expect(t.setFlowRun(id, { type: 'Submitted' }, agent)).rejects.toThrow(ALREADY);
    await t.setFlowRun(id, { type: 'Scheduled' });
    await expect(t.setFlowRun(id, { type: 'Submitted' })).rejects.toThrow(ALREADY);
    await t.rows("update flow_run_state set timestamp = timestamp - interval '31 seconds' where flow_run_id = $1", [
      id,
    ]);
    await t.setFlowRun(id, { type: 'Submitted' }, v7());
    expect(await t.flowRun(id)).toMatchObject({ prefect1_state: 'Submitted', agent_id: agent, version: 4 });
  });

  test('only one of many agents can submit a flow run', async () => {
    const id = await t.start((await t.register()).id);
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => t.setFlowRun(id, { type: 'Submitted' })));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('cancellation of flow runs', () => {
  test('cancelling makes a running flow run CANCELLING, cancels a waiting one with its task runs and leaves ended task runs', async () => {
    const running = await t.start((await t.register()).id);
    await t.setFlowRun(running, { type: 'Running' });
    for (const _ of [1, 2])
      expect(await cancelPrefect1FlowRun(t.engine, viewer, { flowRunId: running })).toBe('Cancelling');
    expect(await t.flowRun(running)).toMatchObject({ state_message: 'Flow run is cancelling', version: 3 });

    const flow = await t.register({}, {}, [{ slug: 'a' }, { slug: 'b' }]);
    const waiting = await t.start(flow.id);
    await t.setTaskRun(await t.child(waiting, flow.tasks[0] ?? ''), { type: 'Success' });
    expect(await cancelPrefect1FlowRun(t.engine, viewer, { flowRunId: waiting })).toBe('Cancelled');
    expect(await cancelPrefect1FlowRun(t.engine, viewer, { flowRunId: waiting })).toBe('Cancelled');
    const tasks = await t.rows(
      'select prefect1_state, version from task_run where flow_run_id = $1 order by task_key',
      [waiting],
    );
    expect(tasks).toEqual([
      { prefect1_state: 'Success', version: 2 },
      { prefect1_state: 'Cancelled', version: 2 },
    ]);
    const unknown = v7();
    await expect(cancelPrefect1FlowRun(t.engine, viewer, { flowRunId: unknown })).rejects.toThrow(
      `Invalid flow run ID: ${unknown}.`,
    );
  });

  test('native moves give Prefect 1 readers states that they can load', async () => {
    const id = await t.start((await t.register()).id);
    expect((await cancelFlowRun(t.engine, viewer, { flowRunId: id })).verdict).toBe('ACCEPT');
    expect(await t.flowRun(id)).toMatchObject({ prefect1_state: 'Cancelled', serialized_state: { type: 'Cancelled' } });
    expect(await t.rows('select prefect1_state from task_run where flow_run_id = $1', [id])).toEqual([
      { prefect1_state: 'Cancelled' },
    ]);
    const due = { type: 'SCHEDULED', details: { scheduledTime: NOON } } as const;
    expect((await setFlowRunState(t.engine, viewer, { flowRunId: id, state: due })).verdict).toBe('ACCEPT');
    expect(await t.flowRun(id)).toMatchObject({
      prefect1_state: 'Scheduled',
      serialized_state: { type: 'Scheduled', start_time: '2026-11-21T12:00:00.123456+00:00', message: null },
      state_start_time: '2026-11-21T12:00:00.123456+00:00',
    });
  });
});
