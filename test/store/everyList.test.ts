import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page, PageRequest } from '../../src/core/values/page.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import type { Database } from '../../src/store/connection/database.ts';
import { flowPage } from '../../src/store/deployments/flows.ts';
import { flowRunPage } from '../../src/store/flowRuns/flowRuns.ts';
import { FLOW_ORDERS, LOG_ORDERS, RUN_ORDERS } from '../../src/store/query/sortOrders.ts';
import type { Order } from '../../src/store/query/source.ts';
import { logPage } from '../../src/store/runs/logs.ts';
import { taskRunPage } from '../../src/store/taskRuns/taskRuns.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { insertTenant } from '../support/rows.ts';
import { insertRowsOfEveryKind, rowsOfEveryKind } from '../support/rowsOfEveryKind.ts';

// Every list has one order in every sort, in both directions and with every page size.

const world = rowsOfEveryKind(9);
let opened: TestDatabase;
let database: Database;
beforeAll(async () => {
  opened = await testDatabase();
  database = opened.database;
  await insertRowsOfEveryKind(database, world);
  await insertRowsOfEveryKind(database, rowsOfEveryKind(10), await insertTenant(database));
});
afterAll(() => opened.drop());

type Row = { id: string };
type Read = (sort: never, page: PageRequest) => Promise<Page<Row>>;

interface List {
  rows: Row[];
  orders: { [sort: string]: Order<never> };
  /** Takes each sort of the table of orders. */
  read: Read;
}

const LISTS: { [name: string]: List } = {
  'flow runs': {
    rows: world.flowRuns,
    orders: RUN_ORDERS,
    read: (sort, page) => flowRunPage(database, DEFAULT_TENANT_ID, { sort, page }),
  },
  'task runs': {
    rows: world.taskRuns,
    orders: RUN_ORDERS,
    read: (sort, page) => taskRunPage(database, DEFAULT_TENANT_ID, { sort, page }),
  },
  flows: {
    rows: world.flows,
    orders: FLOW_ORDERS,
    read: (sort, page) => flowPage(database, DEFAULT_TENANT_ID, { sort, page }),
  },
  'log lines': {
    rows: world.logs,
    orders: LOG_ORDERS,
    read: (sort, page) => logPage(database, DEFAULT_TENANT_ID, { sort, page }),
  },
};

async function walk(next: (cursor: string | null) => Promise<Page<Row>>, backwards: boolean): Promise<Row[]> {
  const pages: Row[][] = [];
  let cursor: string | null = null;
  for (let goesOn = true; goesOn; ) {
    const page: Page<Row> = await next(cursor);
    pages.push(page.rows.map(({ row }) => row));
    cursor = page.rows.at(backwards ? 0 : -1)?.cursor ?? null;
    goesOn = backwards ? page.hasPreviousPage : page.hasNextPage;
  }
  return (backwards ? pages.reverse() : pages).flat();
}

/** Ascending or descending by the first keys that differ; nulls last in both directions. */
function inOrder({ keys, descending }: Order<never>, one: Row, other: Row): boolean {
  for (const key of keys) {
    const [a, b] = [key.of(one as never), key.of(other as never)]; // The cast: an order takes rows of its own list.
    if (a === b) continue;
    if (a === null || b === null) return b === null;
    return descending ? a > b : a < b;
  }
  return false;
}

const cases = Object.entries(LISTS).flatMap(([name, list]) =>
  Object.keys(list.orders).map((sort): [string, string, List] => [name, sort, list]),
);

test.each(cases)(
  'the pages of %s by %s contain each row once, in order, in both directions',
  async (_, sort, { rows, orders, read }) => {
    const order = orders[sort] ?? expect.fail();
    const of = (page: PageRequest) => read(sort as never, page); // The cast: see `read`.
    for (const size of [7, 200]) {
      const forwards = await walk((after) => of({ first: size, after }), false);
      expect(forwards).toHaveLength(rows.length);
      forwards.slice(1).forEach((row, at) => {
        expect(inOrder(order, forwards[at] ?? row, row)).toBe(true);
      });
      expect(await walk((before) => of({ last: size, before }), true)).toEqual(forwards);
    }
  },
);
