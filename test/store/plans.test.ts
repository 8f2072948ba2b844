import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING, type Filter, type FilterOperator } from '../../src/core/filters/filter.ts';
import type { Json } from '../../src/core/values/jsonObject.ts';
import { DEFAULT_PAGE_SIZE, MAX_TOTAL_COUNT, type PageRequest } from '../../src/core/values/page.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { type Queryable, type Statement, statement } from '../../src/store/connection/database.ts';
import { flowRunCount, flowRunCountsOf, flowRunPage, flowRunsOf } from '../../src/store/flowRuns/flowRuns.ts';
import { EVERY_ROW, readPrefect1Rows } from '../../src/store/prefect1Reads/prefect1Reads.ts';
import { prefect1Table } from '../../src/store/prefect1Reads/prefect1Tables.ts';
import { RUN_ORDERS, type RunSort } from '../../src/store/query/sortOrders.ts';
import { taskRunPage } from '../../src/store/taskRuns/taskRuns.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import {
  insertFlowRuns,
  insertFlows,
  insertTaskRuns,
  insertTenant,
  NOON,
  newFlow,
  newFlowRun,
  newTaskRun,
} from '../support/rows.ts';

// How PostgreSQL finds the runs of a page. Statements that are marked for it have one plan for all values.

const RUNS = 20_000;
const SORTS = Object.keys(RUN_ORDERS) as RunSort[]; // The cast: Object.keys returns string[].
const flow = newFlow();
const rareFlow = newFlow();
let stranger: string;
let opened: TestDatabase;
let session: pg.Client;

beforeAll(async () => {
  opened = await testDatabase();
  const { database } = opened;
  stranger = await insertTenant(database);
  const theirs = newFlow({ tenantId: stranger });
  await insertFlows(database, [flow, rareFlow, theirs]);
  await insertFlowRuns(database, [
    newFlowRun(flow.id, { name: 'model', startTime: NOON, endTime: NOON, expectedStartTime: NOON }),
  ]);
  await insertTaskRuns(database, [
    newTaskRun(null, { name: 'model', startTime: NOON, endTime: NOON, expectedStartTime: NOON }),
  ]);
  // Copies of one run. Every fourth has the first tag, one in 200 the second, one in 4,000 the third.
  const copies = (table: string, more: string) => `
    insert into ${table} select copy.* from ${table} model, generate_series(1, ${RUNS}) n,
      lateral jsonb_populate_record(model, jsonb_build_object('id', '01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'), 'name', 'run ' || n * 7919 % ${RUNS},
        'expected_start_time', model.expected_start_time - n % 977 * interval '1 h', 'start_time', model.start_time - n % 983 * interval '1 h',
        'end_time', case when n % 3 > 0 then model.end_time - n % 991 * interval '1 h' end,
        'next_scheduled_start_time', case when n % 2 = 0 then model.end_time + n % 991 * interval '1 h' end,
        'state_type', case when n % 4000 = 1 then 'RUNNING' else 'COMPLETED' end,
        'tags', to_jsonb(array_remove(array[case when n % 4 = 0 then 'common' end, case when n % 200 = 0 then 'medium' end,
          case when n % 4000 = 0 then 'rare' end], null)), ${more})) copy where model.name = 'model'`;
  await database.query(
    statement(
      'test.copies',
      copies('flow_run', `'flow_id', case when n % 4000 = 2 then '${rareFlow.id}' else '${flow.id}' end`),
    ),
  );
  await database.query(statement('test.copies', copies('task_run', `'flow_run_id', null, 'dynamic_key', n`)));
  await database.query(statement('test.analyze', 'vacuum analyze'));
  // The statistics say that there is one tenant.
  await insertFlowRuns(database, [newFlowRun(theirs.id, { tenantId: stranger })]);
  session = new pg.Client(opened.url);
  await session.connect();
  await session.query('set max_parallel_workers_per_gather = 0');
});
afterAll(async () => {
  await session.end();
  await opened.drop();
});

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Join Filter'?: number;
  Plans?: Plan[];
}

async function statementOf(read: (on: Queryable) => Promise<unknown>) {
  let asked: { statement: Statement; values: readonly unknown[] } | undefined;
  await read({
    query: async (sent, values = []) => {
      asked = { statement: sent, values };
      return [];
    },
  });
  return asked ?? expect.fail('no statement was sent');
}

/** Executes the statement of a read as the connections for reads do, and returns the steps of its plan. */
async function planOf(read: (on: Queryable) => Promise<unknown>): Promise<Plan[]> {
  const { statement: sent, values } = await statementOf(read);
  await session.query(`set plan_cache_mode = force_${sent.generic ? 'generic' : 'custom'}_plan`);
  await session.query(`set enable_seqscan = ${sent.generic ? 'off' : 'on'}`);
  await session.query(`prepare asked as ${sent.text}`);
  const literals = values.map((value) =>
    value === null ? 'null' : pg.escapeLiteral(Array.isArray(value) ? arrayText(value) : String(value)),
  );
  const { rows } = await session.query(`explain (analyze, format json) execute asked (${literals.join(', ')})`);
  await session.query('deallocate asked');
  const steps = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(steps)];
  return steps(rows[0]['QUERY PLAN'][0].Plan);
}
const arrayText = (values: unknown[]) => `{${values.map((value) => JSON.stringify(value)).join()}}`;

const rowsRead = (steps: Plan[]) =>
  Math.max(
    ...steps.map(
      (step) =>
        (step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0) + (step['Rows Removed by Join Filter'] ?? 0)) *
        step['Actual Loops'],
    ),
  );

// The tables of tags are small here, and a scan of them may be right.
const scans = (steps: Plan[]) =>
  steps
    .filter((step) => step['Node Type'] === 'Seq Scan' && !step['Relation Name']?.endsWith('_tag'))
    .map((step) => step['Relation Name']);

const where = (field: string, operator: FilterOperator, value: Json): Filter => ({ field, operator, value });
const FILTERS: { [name: string]: Filter } = {
  'no filter': EVERYTHING,
  'a tag that many have': where('tags', 'hasAll', ['common']),
  'a tag that some have': where('tags', 'hasAll', ['medium']),
  'a tag that few have': where('tags', 'hasAny', ['rare']),
  'a tag that none has': where('tags', 'hasAll', ['absent']),
  'two tags': where('tags', 'hasAll', ['common', 'medium']),
  'either of two tags': where('tags', 'hasAny', ['rare', 'medium']),
  'a state that few have': where('stateType', 'in', ['RUNNING']),
  'a state that none has': where('stateType', 'in', ['CRASHED']),
};
const cases = Object.entries(FILTERS).flatMap(([name, filter]) =>
  SORTS.map((sort): [string, RunSort, Filter] => [name, sort, filter]),
);
const PAGES = { 'flow runs': flowRunPage, 'task runs': taskRunPage };

describe.each(Object.entries(PAGES))('a page of %s', (_, page) => {
  test.each(cases)('with %s by %s scans no table', async (_name, sort, filter) => {
    for (const request of [{ first: 20 }, { last: 20 }]) {
      const steps = await planOf((on) => page(on, DEFAULT_TENANT_ID, { filter, sort, page: request }));
      const scanned = scans(steps);
      expect(scanned, JSON.stringify(request)).toEqual([]);
    }
  });

  test.each<[string, Filter]>(
    Object.entries(FILTERS).filter(([name]) => !name.startsWith('either') && !name.startsWith('a state')),
  )('with %s in the order of ids reads the rows of the page, at every place of the list', async (name, filter) => {
    const sort = 'ID_DESC';
    const middle =
      (await page(opened.database, DEFAULT_TENANT_ID, { filter, sort, page: { first: 200 } })).rows.at(-1)?.cursor ??
      null;
    const pages: PageRequest[] = [
      {},
      { after: middle },
      { last: DEFAULT_PAGE_SIZE },
      { last: DEFAULT_PAGE_SIZE, before: middle },
    ];
    // If many rows have a tag, it may be looked up for the rows of the list.
    const isCommon = name === 'two tags' || name === 'a tag that many have';
    const most = isCommon ? RUNS / 10 : DEFAULT_PAGE_SIZE + 1;
    for (const request of pages) {
      const steps = await planOf((on) => page(on, DEFAULT_TENANT_ID, { filter, sort, page: request }));
      expect(rowsRead(steps), JSON.stringify(request)).toBeLessThanOrEqual(most);
    }
  });
});

test('the only plan of a page without filter walks past no rows of a larger tenant', async () => {
  const steps = await planOf((on) => flowRunPage(on, stranger, { sort: 'ID_DESC' }));
  expect(rowsRead(steps)).toBe(1);
});

test('the runs of flows are found by an index, in every order', async () => {
  for (const sort of SORTS) {
    const steps = await planOf((on) => flowRunsOf(on, DEFAULT_TENANT_ID, [rareFlow.id, flow.id], { sort }));
    expect(scans(steps), sort).toEqual([]);
  }
});

test('the newest runs of a flow with few runs are found without reading those of a flow with many', async () => {
  const steps = await planOf((on) =>
    flowRunsOf(on, DEFAULT_TENANT_ID, [rareFlow.id, flow.id], { page: { first: 20 } }),
  );
  expect(rowsRead(steps)).toBeLessThanOrEqual(2 * 21);
});

test('the runs of flows are counted in an index alone', async () => {
  const steps = await planOf((on) =>
    flowRunCountsOf(on, DEFAULT_TENANT_ID, [rareFlow.id, flow.id], EVERYTHING, MAX_TOTAL_COUNT),
  );
  expect(steps.map((step) => step['Node Type'])).toContain('Index Only Scan');
});

test('a Prefect 1 client finds runs with a label by the table of tags', async () => {
  const list = { ...EVERY_ROW, where: { labels: { _contains: ['medium'] } } };
  const request = { wanted: { columns: ['id'], keys: [] }, list, most: 100 };
  const steps = await planOf((on) => readPrefect1Rows(on, DEFAULT_TENANT_ID, prefect1Table('flow_run'), request));
  expect(rowsRead(steps)).toBeLessThanOrEqual(RUNS / 200);
});

test('a count reads an index', async () => {
  for (const most of [MAX_TOTAL_COUNT, null])
    for (const name of ['no filter', 'a tag that few have', 'a tag that none has', 'a state that few have']) {
      const filter = FILTERS[name] ?? expect.fail();
      expect(scans(await planOf((on) => flowRunCount(on, DEFAULT_TENANT_ID, filter, most))), name).toEqual([]);
    }
});

test('requests with filters of one shape use one text, also with other values, sizes and cursors', async () => {
  const read = (filter: Filter, page: PageRequest) =>
    statementOf((on) => flowRunPage(on, DEFAULT_TENANT_ID, { filter, page }));
  const both = (tag: string, name: string): Filter => ({
    and: [where('tags', 'hasAll', [tag]), where('name', 'contains', name)],
  });
  const [one, other] = [await read(both('a', 'b'), { first: 3 }), await read(both('c', 'd'), { first: 200 })];
  expect(other.statement).toBe(one.statement);
  expect(one.values).toContain('%b%');
  expect(other.values).toContain('%d%');
  expect((await read({ not: both('a', 'b') }, {})).statement).not.toBe(one.statement);
  expect((await read(both('a', 'b'), { last: 3 })).statement).not.toBe(one.statement);
});

test('only statements without filter have one plan for all values', async () => {
  const isGeneric = async (filter: Filter) =>
    (await statementOf((on) => flowRunPage(on, DEFAULT_TENANT_ID, { filter }))).statement.generic;
  expect(await isGeneric(EVERYTHING)).toBe(true);
  for (const [name, filter] of Object.entries(FILTERS))
    expect(await isGeneric(filter), name).toBe(name === 'no filter');
});
