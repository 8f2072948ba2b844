import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERYTHING, type Filter } from '../../src/core/filters/filter.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { type Queryable, statement } from '../../src/store/connection/database.ts';
import {
  beforeTransaction,
  flowRunChangesAfter,
  flowRunChangesHeads,
  flowRunsChangedSince,
} from '../../src/store/flowRuns/flowRunChanges.ts';
import { flowRunColumns } from '../../src/store/flowRuns/flowRunRows.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { insertFlowRuns, insertFlows, newFlow, newFlowRun } from '../support/rows.ts';

let t: TestDatabase;
const flow = newFlow();
const run = newFlowRun(flow.id);
beforeAll(async () => {
  t = await testDatabase();
  await insertFlows(t.database, [flow]);
  await insertFlowRuns(t.database, [run]);
});
afterAll(() => t.drop());

const sql = <Row>(text: string, ...values: unknown[]) => t.database.query<Row>({ name: 'test', text }, values);
const changedBy = async () => {
  const [row] = await sql<{ changed: number }>(
    'select changed::text::int8 as changed from flow_run where id = $1',
    run.id,
  );
  return row?.changed ?? 0;
};

/** Columns that are fixed at creation, and those that change only with the version. */
const FIXED = ['id', 'created', 'tenant_id', 'flow_id', 'idempotency_key', 'auto_scheduled'];
const OF_THE_STATE = /^(state_\w+|run_count|start_time|end_time|total_run_time_seconds)$/;
/** Set with any other change. */
const BESIDE = ['updated'];

const columns = [...flowRunColumns('x').matchAll(/x\.(\w+) as/g)]
  .map(([, column = '']) => column)
  .filter((column) => ![...FIXED, ...BESIDE].includes(column) && !OF_THE_STATE.test(column));

test.each(columns)('a flow run whose %s is written counts as changed', async (column) => {
  const before = await changedBy();
  await sql(`update flow_run set ${column} = ${column} where id = $1`, run.id);
  expect(await changedBy()).toBeGreaterThan(before);
});

test('a flow run whose `updated` alone is written does not count as changed', async () => {
  const before = await changedBy();
  await sql('update flow_run set updated = now() where id = $1', run.id);
  expect(await changedBy()).toBe(before);
});

const NOTHING: Filter = { or: [] };
const after = (filter: Filter, limit = 10, from = 0) =>
  flowRunChangesAfter(t.database, DEFAULT_TENANT_ID, filter, { after: beforeTransaction(from), limit });

test('changes come in order and once, with the run or with null if it does not match or is deleted', async () => {
  const [kept, gone] = [newFlowRun(flow.id), newFlowRun(flow.id)];
  await insertFlowRuns(t.database, [kept]);
  await insertFlowRuns(t.database, [gone]);
  const from = await changedBy();
  await sql('delete from flow_run where id = $1', gone.id);
  const { changes, complete } = await after(EVERYTHING, 10, from);
  expect(changes.map(({ place, run: told }) => [place.id, told?.id ?? null])).toEqual([
    [run.id, run.id],
    [kept.id, kept.id],
    [gone.id, null],
  ]);
  expect(complete).toBe(true);
  expect((await after(NOTHING, 10, from)).changes.map((change) => change.run)).toEqual([null, null, null]);
  const first = await after(EVERYTHING, 2, from);
  expect([first.changes.length, first.complete]).toEqual([2, false]);
});

test('a horizon is returned even if nothing changed', async () => {
  const { horizon } = await after(EVERYTHING);
  const nothing = await after(EVERYTHING, 10, horizon);
  expect(nothing.changes).toEqual([]);
  expect(nothing.complete).toBe(true);
  expect(nothing.horizon).toBeGreaterThanOrEqual(horizon);
  expect(Math.abs(nothing.now / 1000 - Date.now())).toBeLessThan(60_000);
});

test('rows restored from another server with higher transaction ids are not heads', async () => {
  const strange = newFlowRun(flow.id);
  await insertFlowRuns(t.database, [strange]);
  await sql('alter table flow_run disable trigger flow_run_set_changed');
  await sql("update flow_run set changed = '9999999999' where id = $1", strange.id);
  await sql('alter table flow_run enable trigger flow_run_set_changed');
  const head = (await flowRunChangesHeads(t.database, [DEFAULT_TENANT_ID])).get(DEFAULT_TENANT_ID);
  expect(head?.newest).toBeLessThan(head?.horizon ?? 0);
  await sql('delete from flow_run where id = $1', strange.id);
});

test('only changed runs are read among twenty thousand', async () => {
  await sql(
    `insert into flow_run (id, tenant_id, flow_id, name, version, state_id, state_type, state_name, state_timestamp)
     select gen_random_uuid(), $1, $2, 'many', 1, gen_random_uuid(), 'PENDING', 'Pending', now() from generate_series(1, 20000)`,
    DEFAULT_TENANT_ID,
    flow.id,
  );
  await sql(
    'insert into flow_run_deletion (flow_run_id, tenant_id) select gen_random_uuid(), $1 from generate_series(1, 20000)',
    DEFAULT_TENANT_ID,
  );
  await sql('analyze flow_run, flow_run_deletion');
  const plans: string[] = [];
  const explaining: Queryable = {
    async query<Row>({ name, text }: { name: string; text: string }, values?: readonly unknown[]) {
      const rows = await t.database.query<{ 'QUERY PLAN': string }>(
        statement(`explain.${name}`, `explain ${text}`),
        values,
      );
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      return t.database.query<Row>({ name, text }, values);
    },
  };
  const [{ horizon }] = await Promise.all([after(EVERYTHING, 1)]);
  const filter: Filter = { field: 'name', operator: 'contains', value: 'many' };
  await flowRunChangesAfter(explaining, DEFAULT_TENANT_ID, filter, { after: beforeTransaction(3), limit: 200 });
  await flowRunChangesAfter(explaining, DEFAULT_TENANT_ID, filter, {
    after: { transaction: 3, id: randomUUID() },
    below: horizon,
    limit: 200,
  });
  await flowRunsChangedSince(explaining, DEFAULT_TENANT_ID, horizon, 10_000);
  await flowRunChangesHeads(explaining, [DEFAULT_TENANT_ID]);
  for (const plan of plans) {
    expect(plan).toContain('flow_run_tenant_id_changed_id_idx');
    expect(plan).toContain('flow_run_deletion_tenant_id_changed_flow_run_id_idx');
    expect(plan).not.toContain('Seq Scan');
  }
});
