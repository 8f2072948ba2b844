import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { renameFlowRun } from '../../src/actions/flowRuns/renameFlowRun.ts';
import { setFlowRunState } from '../../src/actions/flowRuns/setFlowRunState.ts';
import { updateFlowRun } from '../../src/actions/flowRuns/updateFlowRun.ts';
import { EVERYTHING, type Filter } from '../../src/core/filters/filter.ts';
import type { StateType } from '../../src/core/runs/state.ts';
import { encodeCursor } from '../../src/core/values/cursor.ts';
import { type Statement, statement } from '../../src/store/connection/database.ts';
import { flowRunPage } from '../../src/store/flowRuns/flowRuns.ts';
import { deleteDoomedFlowRuns } from '../../src/store/runs/deleteRuns.ts';
import { openStreams, type Streams } from '../../src/streams/streams.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';
import { insertTenant } from '../support/rows.ts';
import { settled } from '../support/settled.ts';
import { waitFor } from '../support/waitFor.ts';
import { inTime, recordStatements, take } from './reading.ts';
import { RunList, shapesOf, TAKE_A_NUMBER } from './runList.ts';

let t: TestEngine;
let flowId: string;
beforeAll(async () => {
  t = await testEngine();
});
afterAll(() => t.close());
beforeEach(async () => {
  ({
    flow: { id: flowId },
  } = await createFlow(t.engine, viewer, { name: `flow ${count++}` }));
});
afterEach(() => {
  t.test.database.onStatement = null;
});
let count = 0;

const ONE = statement('test.one', 'select 1');

const create = async (name: string, type: StateType = 'PENDING', tags: string[] = []) =>
  (await createFlowRun(t.engine, viewer, { flowId, name, state: { type }, tags })).flowRun.id;
const move = (flowRunId: string, type: StateType) =>
  setFlowRunState(t.engine, viewer, { flowRunId, state: { type }, force: true });
const remove = async (id: string) => {
  await deleteDoomedFlowRuns(t.test.database, [id]);
  t.engine.streams.announce([`flowRunStates:${id}`]);
};

const of = (field: string, ...value: string[]): Filter => ({ field, operator: 'in', value });
const ofFlow = (...filters: Filter[]): Filter => ({ and: [of('flowId', flowId), ...filters] });

interface Start {
  after?: string | null;
  first?: number;
  streams?: Streams;
  wantsCounts?: boolean;
}

async function follow(filter: Filter, { streams = t.engine.streams, wantsCounts = true, ...start }: Start = {}) {
  const events = await inTime(
    streams.followFlowRuns({ tenantId: viewer.tenantId, filter, wantsCounts, ...start }),
    'the stream to begin',
  );
  const list = new RunList();
  const following = (async () => {
    for await (const event of events) list.apply(event);
  })();
  following.catch(() => {});
  return { list, events, following };
}

const matching = async (filter: Filter) => {
  const { rows } = await flowRunPage(t.test.database, viewer.tenantId, { filter, page: { first: 200 } });
  return rows.map(({ row }) => row);
};

/** Waits until the list and the counts equal those of a query. */
async function untilRight(list: RunList, filter: Filter): Promise<void> {
  const runs = await matching(filter);
  const counted = (type: string) => runs.filter(({ stateType }) => stateType === type).length;
  const types = [...new Set(runs.map(({ stateType }) => stateType))];
  const isRight = () =>
    list.shapes.join() === shapesOf(runs).join() &&
    types.every((type) => list.counts?.get(type) === counted(type)) &&
    [...(list.counts?.values() ?? [])].reduce((sum, number) => sum + number, 0) === runs.length;
  await waitFor(isRight).catch(() => {
    expect(list.shapes).toEqual(shapesOf(runs));
    expect(Object.fromEntries(list.counts ?? [])).toEqual(
      Object.fromEntries(types.map((type) => [type, counted(type)])),
    );
  });
}

test('a snapshot with counts comes first, then events for runs that enter, change and leave', async () => {
  const [a, b] = [await create('a', 'RUNNING'), await create('b')];
  const filter = ofFlow(of('stateType', 'RUNNING'));
  const { list, events } = await follow(filter);
  await waitFor(() => list.told.length === 1);
  expect(list.told).toEqual(['ENTERED a']);
  expect(Object.fromEntries(list.counts ?? [])).toEqual({ RUNNING: 1 });
  await move(b, 'RUNNING');
  await waitFor(() => list.told.length === 2);
  await renameFlowRun(t.engine, viewer, { flowRunId: b, name: 'c' });
  await waitFor(() => list.told.length === 3);
  await move(a, 'COMPLETED');
  await waitFor(() => list.told.length === 4);
  await remove(b);
  await waitFor(() => list.told.length === 5);
  expect(list.told.slice(1)).toEqual(['ENTERED b', 'UPDATED c', `LEFT ${a}`, `LEFT ${b}`]);
  await untilRight(list, filter);
  await events.return?.();
});

test('a snapshot contains the requested number of runs, newest first', async () => {
  for (const name of ['a', 'b', 'c']) await create(name);
  const { list, events } = await follow(ofFlow(), { first: 2 });
  await waitFor(() => list.told.length > 0);
  expect(list.told).toEqual(['ENTERED c', 'ENTERED b']);
  expect(list.counts?.get('PENDING')).toBe(3);
  await events.return?.();
});

test('a subscriber receives no events for runs that do not match its filter', async () => {
  const filter = ofFlow(of('name', 'mine'));
  const { list, events } = await follow(filter);
  for (const name of ['a', 'b']) await move(await create(name), 'RUNNING');
  await create('mine');
  await waitFor(() => list.told.length > 0);
  expect(list.told).toEqual(['ENTERED mine']);
  await events.return?.();
});

test.each([
  { by: 'tags', and: { field: 'tags', operator: 'hasAll', value: ['x'] } },
  { by: 'their flow', and: EVERYTHING },
  {
    by: 'the name of their flow',
    and: { relation: 'flow', some: { field: 'name', operator: 'contains', value: 'flow' } },
  },
] satisfies { by: string; and: Filter }[])('flow runs filtered by $by enter and leave', async ({ and }) => {
  const filter = ofFlow(and);
  const { list, events } = await follow(filter);
  const id = await create('a', 'PENDING', ['x', 'y']);
  await create('b');
  await untilRight(list, filter);
  expect(list.runs.has(id)).toBe(true);
  await updateFlowRun(t.engine, viewer, { flowRunId: id, tags: [] });
  await untilRight(list, filter);
  await events.return?.();
});

describe('flowRunChanges with a cursor', () => {
  test('a resumed subscription receives what changed since its cursor, and LEFT for runs that no longer match', async () => {
    const [kept, gone, left] = [
      await create('a', 'RUNNING'),
      await create('b', 'RUNNING'),
      await create('c', 'RUNNING'),
    ];
    const filter = ofFlow(of('stateType', 'RUNNING'));
    const first = await follow(filter);
    await waitFor(() => first.list.runs.size === 3);
    await first.events.return?.();
    await remove(gone);
    await move(left, 'FAILED');
    await create('d', 'RUNNING');
    const second = await follow(filter, { after: first.list.cursor });
    for (const id of first.list.runs.keys()) second.list.runs.set(id, first.list.runs.get(id) ?? '');
    await untilRight(second.list, filter);
    expect(second.list.told.sort()).toEqual(['ENTERED d', `LEFT ${gone}`, `LEFT ${left}`].sort());
    expect(second.list.runs.has(kept)).toBe(true);
    await second.events.return?.();
  });

  test('a cursor of another filter returns the runs that changed since', async () => {
    const other = await follow(ofFlow(of('name', 'unknown')));
    await waitFor(() => other.list.cursor !== null);
    await other.events.return?.();
    await create('a');
    const { list, events } = await follow(ofFlow(), { after: other.list.cursor });
    await waitFor(() => list.told.length > 0);
    expect(list.told).toEqual(['ENTERED a']);
    await events.return?.();
  });

  test('changes beyond the size of one event come in several events', async () => {
    const before = await follow(ofFlow());
    await waitFor(() => before.list.cursor !== null);
    await before.events.return?.();
    await t.test.database.query(
      statement(
        'test.manyRuns',
        `insert into flow_run (id, tenant_id, flow_id, name, version, state_id, state_type, state_name, state_timestamp)
         select gen_random_uuid(), $1, $2, 'many', 1, gen_random_uuid(), 'PENDING', 'Pending', now() from generate_series(1, 950)`,
      ),
      [viewer.tenantId, flowId],
    );
    const events = await t.engine.streams.followFlowRuns({
      tenantId: viewer.tenantId,
      filter: ofFlow(),
      after: before.list.cursor,
      wantsCounts: false,
    });
    const sizes = (await take(events, 5)).map(({ changes }) => changes.length);
    expect(sizes).toEqual([200, 200, 200, 200, 150]);
    await events.return?.();
  });

  const refusal = async (after: string) => {
    const refused = await follow(EVERYTHING, { after }).catch((error: unknown) => error);
    return refused as { code: string; message: string };
  };
  const NOBODY = '00000000-0000-0000-0000-000000000000';

  test('a cursor that is malformed, of another database, of the future or older than a week is rejected', async () => {
    const { list, events } = await follow(EVERYTHING);
    await waitFor(() => list.cursor !== null);
    await events.return?.();
    const [, , database, transaction, id, readAt] = JSON.parse(Buffer.from(list.cursor ?? '', 'base64url').toString());
    const cursor = (...keys: (string | number)[]) => encodeCursor('flowRunChanges', keys);
    expect(id).toBe(NOBODY);
    expect(await refusal('nonsense')).toMatchObject({ code: 'INVALID_CURSOR' });
    expect(await refusal(cursor(database, transaction))).toMatchObject({ code: 'INVALID_CURSOR' });
    expect(await refusal(cursor(database + 1, transaction, id, readAt))).toMatchObject({
      code: 'INVALID_CURSOR',
      message: expect.stringContaining('another database'),
    });
    expect(await refusal(cursor(database, transaction + 1_000_000, id, readAt))).toMatchObject({
      code: 'INVALID_CURSOR',
      message: expect.stringContaining('restored to an earlier time'),
    });
    const week = 7 * 24 * 3600 * 1_000_000;
    expect(await refusal(cursor(database, transaction, id, readAt - week - 1_000_000))).toMatchObject({
      code: 'INVALID_CURSOR',
      message: expect.stringContaining('7 days'),
    });
    const accepted = await follow(EVERYTHING, { after: cursor(database, transaction, id, readAt - week + 60_000_000) });
    await accepted.events.return?.();
  });
});

test('a change committed during an earlier transaction is sent after that transaction ends', async () => {
  const filter = ofFlow();
  const streams = await openStreams(t.test.database, { pollMs: 3_600_000 });
  const { list, events } = await follow(filter, { streams });
  await waitFor(() => list.cursor !== null);
  await t.test.database.transaction(async (earlier) => {
    await earlier.query(TAKE_A_NUMBER);
    await create('late');
    const names = recordStatements(t.test.database);
    await waitFor(() => names.filter((name) => name === 'flowRunChanges.heads').length > 3);
    expect(list.told).toEqual([]);
  });
  await waitFor(() => list.told.length > 0);
  expect(list.told).toEqual(['ENTERED late']);
  await untilRight(list, filter);
  await events.return?.();
  await streams.close();
});

test('a run known only from a snapshot leaves even if its entry was never sent', async () => {
  const filter = ofFlow(of('stateType', 'RUNNING'));
  const early = await follow(filter);
  await waitFor(() => early.list.cursor !== null);
  const late = await t.test.database.transaction(async (earlier) => {
    await earlier.query(TAKE_A_NUMBER);
    const id = await create('short', 'RUNNING');
    const { list, events } = await follow(filter);
    await waitFor(() => list.runs.size === 1);
    await move(id, 'COMPLETED');
    return { id, list, events };
  });
  await waitFor(() => late.list.runs.size === 0);
  expect(late.list.told).toEqual(['ENTERED short', `LEFT ${late.id}`]);
  await Promise.all([early.events.return?.(), late.events.return?.()]);
});

test('a run known from an earlier connection leaves even if it changes during the resume', async () => {
  const filter = ofFlow(of('stateType', 'RUNNING'));
  const id = await create('known', 'RUNNING');
  const old = await follow(filter);
  await waitFor(() => old.list.runs.size === 1);
  await old.events.return?.();
  await move(id, 'COMPLETED');
  const { list, events } = await t.test.database.transaction(async (earlier) => {
    await earlier.query(TAKE_A_NUMBER);
    const begun = await follow(filter); // from now on the run does not match and no list contains it
    await waitFor(() => begun.list.cursor !== null);
    await renameFlowRun(t.engine, viewer, { flowRunId: id, name: 'beyond the horizon' });
    const resumed = await follow(filter, { after: old.list.cursor });
    await waitFor(() => resumed.list.counts !== null);
    await renameFlowRun(t.engine, viewer, { flowRunId: id, name: 'again' });
    await begun.events.return?.();
    return resumed;
  });
  await waitFor(() => list.told.length > 0);
  expect(list.told).toEqual([`LEFT ${id}`]);
  await events.return?.();
});

test('an idle stream does not read from the database', async () => {
  const streams = await openStreams(t.test.database, { pollMs: 3_600_000 });
  const { list, events } = await follow(ofFlow(), { streams, wantsCounts: false });
  await create('a');
  await waitFor(() => list.told.length === 1);
  const names = recordStatements(t.test.database);
  const reads = () => names.filter((name) => name.startsWith('flowRunChanges')).length;
  await settled(reads, () => t.test.database.query(ONE), 300);
  await events.return?.();
  await streams.close();
});

test('subscribers with the same filter share events and reads', async () => {
  const filter = ofFlow();
  const many = await Promise.all(
    Array.from({ length: 20 }, () =>
      t.engine.streams.followFlowRuns({ tenantId: viewer.tenantId, filter, wantsCounts: false }),
    ),
  );
  const snapshots = (await Promise.all(many.map((events) => take(events, 1)))).flat();
  expect(new Set(snapshots).size).toBeLessThan(4);
  const names = recordStatements(t.test.database);
  const next = Promise.all(many.map((events) => take(events, 1)));
  await create('a');
  expect(new Set((await next).flat()).size).toBe(1);
  expect(names.filter((name) => name === 'flowRunChanges.after').length).toBeLessThan(4);
  expect(names).not.toContain('flowRunChanges.counts');
  await Promise.all(many.map((events) => events.return?.()));
});

test('a slow subscriber receives everything', async () => {
  const filter = ofFlow();
  const fast = await follow(filter);
  const slow = await t.engine.streams.followFlowRuns({ tenantId: viewer.tenantId, filter, wantsCounts: true });
  const list = new RunList();
  for (const event of await take(slow, 1)) list.apply(event);
  for (let round = 0; round < 20; round += 1) {
    const ids = await Promise.all(Array.from({ length: 8 }, (_, n) => create(`run ${round} ${n}`)));
    await Promise.all(ids.slice(0, 3).map((id) => move(id, 'RUNNING')));
    if (ids[0]) await remove(ids[0]);
  }
  // More events than the window holds, between two reads of the slow subscriber.
  for (let n = 0; n < 8; n += 1) {
    await t.test.database.query(statement('test.again', 'update flow_run set name = name where flow_id = $1'), [
      flowId,
    ]);
    t.engine.streams.announce([`flowRunChanges:${viewer.tenantId}`]);
    const told = fast.list.told.length;
    await waitFor(() => fast.list.told.length > told);
  }
  await untilRight(fast.list, filter);
  const runs = await matching(filter);
  const names = recordStatements(t.test.database);
  while (list.shapes.join() !== shapesOf(runs).join()) for (const event of await take(slow, 1)) list.apply(event);
  expect(names).toContain('flowRunChanges.changedSince'); // read from the table, up to the position of the others
  await Promise.all([fast.events.return?.(), slow.return?.()]);
});

/** Replaces the reads of streams that are opened until the returned function is called. */
function insteadOfReads(replaced: (text: Statement, read: () => Promise<object[]>) => Promise<object[]>): () => void {
  const { database } = t.test;
  const { reads } = database;
  database.reads = (share) => {
    const store = reads(share);
    const query = async <Row>(text: Statement, values?: readonly unknown[]) =>
      // The replacement changes no types.
      (await replaced(text, () => store.query<object>(text, values))) as Row[];
    return { ...store, query };
  };
  return () => {
    database.reads = reads;
  };
}

test('a database that is restored to an earlier time ends the stream with INVALID_CURSOR', async () => {
  // The transactions of a server cannot be turned back. A stream that is ahead of them sees the same.
  let isRestored = false;
  const restore = insteadOfReads(async (text, read) => {
    const rows = await read();
    return isRestored && text.name === 'flowRunChanges.after' ? rows.map((row) => ({ ...row, horizon: 3 })) : rows;
  });
  const { list, events, following } = await follow(EVERYTHING);
  restore();
  await waitFor(() => list.cursor !== null);
  await create('a');
  await waitFor(() => list.told.length > 0);
  isRestored = true;
  await create('b');
  await expect(inTime(following, 'the end')).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  expect(await events.next()).toEqual({ done: true, value: undefined });
});

test('a failed read is retried and nothing is missed', async () => {
  let mayFail = false;
  let failures = 0;
  const restore = insteadOfReads(async (text, read) => {
    if (!mayFail || text.name !== 'flowRunChanges.after' || failures === 3) return read();
    failures += 1;
    throw new Error('away');
  });
  const { list, events } = await follow(ofFlow());
  restore();
  await waitFor(() => list.cursor !== null);
  mayFail = true;
  await create('a');
  await waitFor(() => list.told.length > 0);
  expect([failures, list.told]).toEqual([3, ['ENTERED a']]);
  await events.return?.();
});

test('a subscriber receives no runs of another tenant', async () => {
  const tenantId = await insertTenant(t.test.database);
  const events = await t.engine.streams.followFlowRuns({ tenantId, filter: EVERYTHING, wantsCounts: true });
  const [snapshot] = await take(events, 1);
  expect(snapshot?.changes).toEqual([]);
  expect(snapshot?.counts?.size).toBe(0);
  await create('a');
  const { list, events: ours } = await follow(ofFlow());
  await waitFor(() => list.runs.size === 1);
  const next = events.next();
  await ours.return?.();
  await events.return?.();
  expect(await next).toEqual({ done: true, value: undefined });
});

test('changes of another process are found with and without a notification', async () => {
  const streams = await openStreams(t.test.database, { pollMs: 50 });
  const { list, events } = await follow(ofFlow(), { streams });
  await waitFor(() => list.cursor !== null);
  await create('announced'); // by the streams of the engine
  await waitFor(() => list.told.length === 1);
  const [id] = list.runs.keys();
  await t.test.database.query(statement('test.rename', "update flow_run set name = 'silent' where id = $1"), [id]);
  await waitFor(() => list.told.length === 2);
  expect(list.told).toEqual(['ENTERED announced', 'UPDATED silent']);
  await events.return?.();
  await streams.close();
});
