import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { deleteFlowRun } from '../../src/actions/flowRuns/deleteFlowRun.ts';
import { forgetDeletedFlowRuns } from '../../src/services/forgetDeletedFlowRuns.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';

let t: TestEngine;
beforeAll(async () => {
  t = await testEngine();
});
afterAll(() => t.close());

const sql = (text: string) => t.test.database.query<{ id: string }>({ name: 'test', text });
const remembered = async () => (await sql('select flow_run_id as id from flow_run_deletion')).map(({ id }) => id);

test('a deletion is stored a day longer than cursors are valid', async () => {
  const { flow } = await createFlow(t.engine, viewer, { name: 'f' });
  const ids: string[] = [];
  for (const days of [0, 7, 9]) {
    const { flowRun } = await createFlowRun(t.engine, viewer, { flowId: flow.id });
    await deleteFlowRun(t.engine, viewer, { flowRunId: flowRun.id });
    await sql(
      `update flow_run_deletion set created = now() - interval '${days} days' where flow_run_id = '${flowRun.id}'`,
    );
    ids.push(flowRun.id);
  }
  expect((await remembered()).sort()).toEqual([...ids].sort());
  await forgetDeletedFlowRuns.tick(t.engine, Date.now() * 1000);
  expect((await remembered()).sort()).toEqual(ids.slice(0, 2).sort());
});

test('thousands of deletions are forgotten in one round', async () => {
  await sql(`insert into flow_run_deletion (flow_run_id, tenant_id, created)
    select gen_random_uuid(), '${viewer.tenantId}', now() - interval '30 days' from generate_series(1, 2500)`);
  await forgetDeletedFlowRuns.tick(t.engine, Date.now() * 1000);
  expect(await remembered()).toHaveLength(2);
});
