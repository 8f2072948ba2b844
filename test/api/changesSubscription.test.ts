import { afterAll, beforeAll, expect, test } from 'vitest';
import { STATE_TYPES } from '../../src/core/runs/state.ts';
import type { Viewer } from '../../src/core/values/viewer.ts';
import { insertTenant } from '../support/rows.ts';
import { take, testApi } from './testApi.ts';

let api: Awaited<ReturnType<typeof testApi>>;
let flowId: string;
beforeAll(async () => {
  api = await testApi();
  flowId = (await api.run('mutation { createFlow(input: { name: "f" }) { flow { id } } }')).createFlow.flow.id;
});
afterAll(() => api.close());

const newFlowRun = async (tags: string[] = []): Promise<string> => {
  const { createFlowRun } = await api.run(
    'mutation ($input: CreateFlowRunInput!) { createFlowRun(input: $input) { flowRun { id } } }',
    { input: { flowId, tags, parameters: { x: 1 } } },
  );
  return createFlowRun.flowRun.id;
};
const moveFlowRun = (id: string, type: string) =>
  api.run(
    'mutation ($id: ID!, $type: StateType!) { setFlowRunState(input: { flowRunId: $id, state: { type: $type } }) { verdict } }',
    { id, type },
  );

const CHANGES = `subscription ($filter: FlowRunFilter, $after: String, $first: Int) {
  flowRunChanges(filter: $filter, after: $after, first: $first) {
    cursor isSnapshot changes { kind flowRunId flowRun { id version parameters flow { name } state { type } } }
    counts { type count }
  }
}`;

interface Changes {
  changes: object[];
  counts: { type: string; count: number }[];
}

async function nextEvent(events: Parameters<typeof take>[0]): Promise<Changes> {
  const [{ flowRunChanges }] = await take(events, 1);
  return flowRunChanges;
}

/** Skips events that contain only counts. */
async function nextChange(events: Parameters<typeof take>[0]): Promise<Changes> {
  for (;;) {
    const event = await nextEvent(events);
    if (event.changes.length > 0) return event;
  }
}

test('flowRunChanges sends runs with their relations and counts of every state type', async () => {
  const id = await newFlowRun(['a']);
  const filter = { tags: { hasAll: ['a'] } };
  const { events } = await api.follow(CHANGES, { filter });
  const [{ flowRunChanges: snapshot }] = await take(events, 1);
  expect(snapshot).toEqual({
    cursor: expect.any(String),
    isSnapshot: true,
    changes: [
      {
        kind: 'ENTERED',
        flowRunId: id,
        flowRun: { id, version: 1, parameters: { x: 1 }, flow: { name: 'f' }, state: { type: 'PENDING' } },
      },
    ],
    counts: STATE_TYPES.map((type) => ({ type, count: type === 'PENDING' ? 1 : 0 })),
  });
  await moveFlowRun(id, 'RUNNING');
  const change = await nextChange(events);
  expect(change).toMatchObject({
    isSnapshot: false,
    changes: [{ kind: 'UPDATED', flowRun: { version: 2, state: { type: 'RUNNING' } } }],
  });
  let { counts } = change;
  while (counts.some(({ type, count }) => type === 'PENDING' && count > 0)) ({ counts } = await nextEvent(events));
  expect(counts).toEqual(STATE_TYPES.map((type) => ({ type, count: type === 'RUNNING' ? 1 : 0 })));
  await api.run('mutation ($id: ID!) { deleteFlowRun(input: { flowRunId: $id }) { flowRunId } }', { id });
  const left = await nextChange(events);
  expect(left.changes).toEqual([{ kind: 'LEFT', flowRunId: id, flowRun: null }]);
  await events.return();

  const resumed = await api.follow(CHANGES, { filter, after: snapshot.cursor });
  const [{ flowRunChanges: missed }] = await take(resumed.events, 1);
  expect(missed.changes).toEqual([{ kind: 'LEFT', flowRunId: id, flowRun: null }]);
  await resumed.events.return();
});

test('an event with many runs costs one statement per level', async () => {
  for (let made = 0; made < 8; made += 1) await newFlowRun(['level']);
  const { events } = await api.follow(CHANGES, { filter: { tags: { hasAll: ['level'] } } });
  const names = await api.statements(async () => {
    const [{ flowRunChanges }] = await take(events, 1);
    expect(flowRunChanges.changes).toHaveLength(8);
  });
  expect(names.sort()).toEqual(['flowRunStates.byId', 'flowRuns.byId', 'flows.byId']);
  await events.return();
});

test('counts are not read unless requested', async () => {
  const names = await api.statements(async () => {
    const { events } = await api.follow('subscription { flowRunChanges { changes { flowRunId } } }');
    await take(events, 1);
    await events.return();
  });
  expect(names).toContain('flowRunChanges.matching');
  expect(names).not.toContain('flowRunChanges.counts');
});

test('an invalid subscription to flowRunChanges is rejected immediately', async () => {
  const codeOf = async (...request: Parameters<typeof api.follow>) => (await api.follow(...request)).refusal?.code;
  expect(await codeOf(CHANGES, { after: 'nonsense' })).toBe('INVALID_CURSOR');
  expect(await codeOf(CHANGES, { first: 201 })).toBe('LIMIT_EXCEEDED');
  expect(await codeOf(CHANGES, { first: -1 })).toBe('BAD_USER_INPUT');
  const ids = Array.from({ length: 1001 }, () => flowId);
  expect(await codeOf(CHANGES, { filter: { flowId: { in: ids } } })).toBe('LIMIT_EXCEEDED');
});

test('flowRunChanges sends no runs of another tenant', async () => {
  await newFlowRun();
  const stranger: Viewer = { tenantId: await insertTenant(api.database), role: 'ADMIN' };
  const { events } = await api.follow(CHANGES, {}, stranger);
  const [{ flowRunChanges }] = await take(events, 1);
  expect(flowRunChanges.changes).toEqual([]);
  await events.return();
});
