import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FlowRun } from '../../src/core/runs/run.ts';
import { encodeCursor } from '../../src/core/values/cursor.ts';
import { MAX_PAGE_SIZE, type Page, type PageRequest } from '../../src/core/values/page.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import type { Database, Queryable, Statement } from '../../src/store/connection/database.ts';
import { statement } from '../../src/store/connection/database.ts';
import { flowRunPage } from '../../src/store/flowRuns/flowRuns.ts';
import { RUN_ORDERS, type RunSort } from '../../src/store/query/sortOrders.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { random } from '../support/random.ts';
import { insertFlowRuns, insertFlows, NOON, newFlow, newFlowRun } from '../support/rows.ts';

const SORTS = Object.keys(RUN_ORDERS) as RunSort[]; // The cast: Object.keys returns string[].

const dice = random(11);
const time = () => dice.one([null, null, NOON, NOON + 1, NOON + 2]);
const flow = newFlow();
// Few names and times, many nulls: nearly every pair of neighbours is a tie.
const runs: FlowRun[] = Array.from({ length: 40 }, () =>
  newFlowRun(flow.id, {
    name: dice.one(['a', 'b', 'B', 'ä', '']),
    startTime: time(),
    expectedStartTime: time(),
    nextScheduledStartTime: time(),
    endTime: time(),
  }),
);

let opened: TestDatabase;
let database: Database;
beforeAll(async () => {
  opened = await testDatabase();
  database = opened.database;
  await insertFlows(database, [flow]);
  await insertFlowRuns(database, runs);
});
afterAll(() => opened.drop());

const pageOf = (sort: RunSort, page: PageRequest, on: Queryable = database) =>
  flowRunPage(on, DEFAULT_TENANT_ID, { sort, page, wide: false });

// Each order a second time, as a comparison in memory.
type Key = (run: FlowRun) => string | number | null;
const KEYS: { [name: string]: Key } = {
  ID: () => 0,
  NAME: (run) => run.name,
  START_TIME: (run) => run.startTime ?? run.expectedStartTime,
  EXPECTED_START_TIME: (run) => run.expectedStartTime,
  NEXT_SCHEDULED_START_TIME: (run) => run.nextScheduledStartTime,
  END_TIME: (run) => run.endTime,
};

function sorted(sort: RunSort): string[] {
  const [, name = '', direction] = /^(.*)_(ASC|DESC)$/.exec(sort) ?? [];
  const sign = direction === 'ASC' ? 1 : -1;
  const key = KEYS[name] ?? (() => 0);
  const order = (a: FlowRun, b: FlowRun) => {
    const [x, y] = [key(a), key(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || sign * compare(a.id, b.id);
    return sign * (compare(x, y) || compare(a.id, b.id));
  };
  return runs.toSorted(order).map(({ id }) => id);
}
const compare = (x: string | number, y: string | number) => Number(x > y) - Number(x < y);

async function walk(next: (cursor: string | null) => Promise<Page<{ id: string }>>, backwards: boolean) {
  const pages: string[][] = [];
  let cursor: string | null = null;
  for (;;) {
    const page: Page<{ id: string }> = await next(cursor);
    const ids = page.rows.map(({ row }) => row.id);
    pages.push(ids);
    expect(backwards ? page.hasNextPage : page.hasPreviousPage).toBe(cursor !== null);
    if (!(backwards ? page.hasPreviousPage : page.hasNextPage)) break;
    cursor = page.rows.at(backwards ? 0 : -1)?.cursor ?? '';
  }
  return backwards ? pages.toReversed().flat() : pages.flat();
}

describe.each(SORTS)('pages by %s', (sort) => {
  test.each([1, 3, 40])('every row is on one page, in order, with pages of %i in both directions', async (size) => {
    expect(await walk((after) => pageOf(sort, { first: size, after }), false)).toEqual(sorted(sort));
    expect(await walk((before) => pageOf(sort, { last: size, before }), true)).toEqual(sorted(sort));
  });
});

test('a page contains whole rows, or rows without their wide columns', async () => {
  const [first] = (await flowRunPage(database, DEFAULT_TENANT_ID, { sort: 'ID_ASC', page: { first: 1 } })).rows;
  expect(first?.row).toEqual(runs[0]);
  const { parameters, context, jobVariables, ...lean } = runs[0] ?? newFlowRun('');
  expect((await pageOf('ID_ASC', { first: 1 })).rows[0]?.row).toEqual(lean);
});

test('a page has 50 rows by default and may have none', async () => {
  expect((await pageOf('ID_DESC', {})).rows).toHaveLength(runs.length);
  expect(await pageOf('ID_DESC', { first: 0 })).toEqual({ rows: [], hasNextPage: true, hasPreviousPage: false });
});

test.each<[what: string, page: PageRequest, code: string]>([
  ['a negative size', { first: -1 }, 'BAD_USER_INPUT'],
  ['a negative size backwards', { last: -1 }, 'BAD_USER_INPUT'],
  ['half a row', { first: 0.5 }, 'BAD_USER_INPUT'],
  ['a page too large', { first: MAX_PAGE_SIZE + 1 }, 'LIMIT_EXCEEDED'],
  ['a page too large backwards', { last: MAX_PAGE_SIZE + 1 }, 'LIMIT_EXCEEDED'],
  ['both directions', { first: 1, last: 1 }, 'BAD_USER_INPUT'],
  ['a cursor of the other direction', { first: 1, before: 'x' }, 'BAD_USER_INPUT'],
  ['an empty cursor', { after: '' }, 'INVALID_CURSOR'],
  ['a malformed cursor', { after: 'garbage!' }, 'INVALID_CURSOR'],
  ['a very long cursor', { before: 'A'.repeat(100_000) }, 'INVALID_CURSOR'],
  ['a cursor of another order', { after: encodeCursor('flowRuns.ID_ASC', [runs[0]?.id ?? '']) }, 'INVALID_CURSOR'],
  [
    'a cursor of another list',
    { after: encodeCursor('taskRuns.NAME_ASC', ['a', runs[0]?.id ?? '']) },
    'INVALID_CURSOR',
  ],
  ['a cursor with a key too few', { after: encodeCursor('flowRuns.NAME_ASC', ['a']) }, 'INVALID_CURSOR'],
  [
    'a cursor with a key too many',
    { after: encodeCursor('flowRuns.NAME_ASC', ['a', runs[0]?.id ?? '', 1]) },
    'INVALID_CURSOR',
  ],
  ['a cursor with a forged id', { after: encodeCursor('flowRuns.NAME_ASC', ['a', 'x']) }, 'INVALID_CURSOR'],
  [
    'a cursor with a forged null',
    { after: encodeCursor('flowRuns.NAME_ASC', [null, runs[0]?.id ?? '']) },
    'INVALID_CURSOR',
  ],
  [
    'a cursor with a NUL character',
    { after: encodeCursor('flowRuns.NAME_ASC', ['a\0', runs[0]?.id ?? '']) },
    'INVALID_CURSOR',
  ],
])('a page request with %s is rejected', async (_, page, code) => {
  await expect(pageOf('NAME_ASC', page)).rejects.toMatchObject({ name: 'Problem', code });
});

test('a cursor with a changed character is rejected', async () => {
  const { cursor = '' } = (await pageOf('NAME_ASC', { first: 1 })).rows[0] ?? {};
  await pageOf('NAME_ASC', { after: cursor });
  const changed = [`${cursor}=`, `${cursor} `, cursor.slice(0, -1), `e${cursor.slice(1)}`];
  for (const after of changed.filter((each) => each !== cursor))
    await expect(pageOf('NAME_ASC', { after }), after).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
});

describe('pages of 20,000 runs', () => {
  let large: TestDatabase;
  beforeAll(async () => {
    large = await testDatabase();
    await insertFlows(large.database, [flow]);
    await insertFlowRuns(large.database, runs.slice(0, 1));
    // Copies of one run: a tenth has no expected start time, half have not started.
    const copy = `
      insert into flow_run
      select copy.* from flow_run model, generate_series(1, 20000) n, lateral jsonb_populate_record(model, jsonb_build_object(
        'id', gen_random_uuid(), 'name', 'run ' || n % 100,
        'expected_start_time', case when n % 10 > 0 then now() - n % 500 * interval '1 hour' end,
        'start_time', case when n % 2 > 0 then now() - n % 700 * interval '1 hour' end,
        'end_time', case when n % 3 > 0 then now() - n % 700 * interval '1 hour' end,
        'next_scheduled_start_time', case when n % 2 = 0 then now() + n % 700 * interval '1 hour' end
      )) copy`;
    await large.database.query(statement('test.copies', copy));
    await large.database.query(statement('test.analyze', 'vacuum analyze flow_run'));
  });
  afterAll(() => large.drop());

  /** Returns the largest number of rows that a step of the plan read. */
  async function rowsTouched(sort: RunSort, page: PageRequest): Promise<number> {
    const asked: { sql: Statement; values: readonly unknown[] }[] = [];
    const recording: Queryable = {
      query: (sql, values = []) => {
        asked.push({ sql, values });
        return large.database.query(sql, values);
      },
    };
    await pageOf(sort, page, recording);
    const [{ sql, values }] = asked as [(typeof asked)[number]]; // The cast: a page is one statement.
    const [row] = await large.database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      { name: 'test.explain', text: `explain (analyze, format json) ${sql.text}` },
      values,
    );
    const most = (plan: Plan): number =>
      Math.max(
        (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'],
        ...(plan.Plans ?? []).map(most),
      );
    return row ? most(row['QUERY PLAN'][0].Plan) : Number.POSITIVE_INFINITY;
  }
  interface Plan {
    'Actual Rows': number;
    'Actual Loops': number;
    'Rows Removed by Filter'?: number;
    Plans?: Plan[];
  }

  async function deepCursor(sort: RunSort, row: number): Promise<string> {
    let cursor = '';
    for (let at = 0; at < row; at += MAX_PAGE_SIZE) {
      const { rows } = await pageOf(sort, { first: MAX_PAGE_SIZE, after: cursor || null }, large.database);
      cursor = rows.at(-1)?.cursor ?? expect.fail('the list ended');
    }
    return cursor;
  }

  test.each(SORTS)(
    'a page by %s reads no more rows than it shows, at the start, in the middle and at the end',
    async (sort) => {
      const after = await deepCursor(sort, 4_000);
      for (const page of [{ first: 50 }, { first: 50, after }, { last: 50, before: after }, { last: 50 }])
        expect(await rowsTouched(sort, page), JSON.stringify(page)).toBeLessThanOrEqual(51);
    },
  );
});
