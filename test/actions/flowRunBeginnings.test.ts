import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { EVERYTHING } from '../../src/core/filters/filter.ts';
import type { StateRequest } from '../../src/core/runs/state.ts';
import { flowRunStatesOf } from '../../src/store/flowRuns/flowRunStates.ts';
import { flowRunHistory } from '../../src/store/insights/runHistories.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';

let t: TestEngine;
let flowId: string;
beforeAll(async () => {
  t = await testEngine();
  flowId = (await createFlow(t.engine, viewer, { name: 'a flow' })).flow.id;
});
afterAll(() => t.close());

const begin = async (state?: StateRequest) => {
  const { flowRun } = await createFlowRun(t.engine, viewer, { flowId, ...(state && { state }) });
  const states = (await flowRunStatesOf(t.test.database, [flowRun.id], {})).get(flowRun.id)?.rows ?? [];
  return { flowRun, states: states.map(({ row }) => row) };
};

test('a flow run may be created with a persisted result', async () => {
  const data = { type: 'reference', storage_key: 'results/1' };
  const { flowRun, states } = await begin({ type: 'COMPLETED', data });
  expect(flowRun).toMatchObject({ stateType: 'COMPLETED', version: 1 });
  expect(states).toMatchObject([{ version: 1, data }]);
});

test('a new flow run has a state and is counted by a history', async () => {
  const from = Date.now() * 1000 - 60_000_000;
  const { flowRun, states } = await begin();
  expect(states).toMatchObject([{ id: flowRun.stateId, type: 'PENDING', version: 1 }]);
  const [interval] = await flowRunHistory(t.test.database, viewer.tenantId, {
    start: from,
    end: from + 3_600_000_000,
    intervalSeconds: 3600,
    filter: EVERYTHING,
    now: Date.now() * 1000,
  });
  expect(interval?.states.find(({ type }) => type === 'PENDING')).toMatchObject({ name: 'Pending', count: 1 });
});
