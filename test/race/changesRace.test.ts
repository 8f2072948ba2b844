import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, statement } from '../../src/store/connection/database.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { buildProgram, type Mutation } from '../support/program.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import { DEADLINE_MS, waitFor } from '../support/waitFor.ts';
import { keepList, type ListKeeper } from './changesRacer.ts';

// Two server processes on one database, many writers at both, and writers in the database whose transactions commit in
// another order than they began. Subscribers keep lists of runs, disconnect and resume at random. At rest each list must
// equal the result of a query. The same race on servers that read past the horizon must fail.

const WRITERS = 8;
const WRITES_PER_WRITER = 15;
const SLOW_WRITERS = 6;
const SLOW_WRITES_PER_WRITER = 25;
const RUNS = 20;
const KEEPERS_PER_FILTER = 3;

const FILTERS = [{}, { stateType: { in: ['RUNNING'] } }, { tags: { hasAny: ['a'] } }];

async function send<Data>(url: string, query: string, variables: object): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown[] };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const mutate = async <Payload>(url: string, name: string, selection: string, input: object): Promise<Payload> => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { made: ${name}(input: $input) { ${selection} } }`;
  return (await send<{ made: Payload }>(url, query, { input })).made;
};

const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item; // The cast: never empty.

/** Sends a random write. */
async function write(urls: readonly string[], ids: readonly string[]): Promise<void> {
  const [url, flowRunId] = [pick(urls), pick(ids)];
  const writes = [
    () =>
      mutate(url, 'setFlowRunState', 'verdict', {
        flowRunId,
        state: { type: pick(['RUNNING', 'COMPLETED', 'PENDING']) },
        force: true,
      }),
    () => mutate(url, 'updateFlowRun', 'flowRun { id }', { flowRunId, tags: pick([[], ['a'], ['b']]) }),
    () => mutate(url, 'renameFlowRun', 'flowRun { id }', { flowRunId, name: `name ${Math.random()}` }),
  ];
  await pick(writes)();
}

const TAKE_A_NUMBER = statement('race.takeANumber', 'select pg_current_xact_id()::text');
const SLEEP = statement('race.sleep', 'select pg_sleep($1)');
const TAG = statement('race.tag', 'update flow_run set tags = $2::jsonb where id = $1');

/** Runs transactions that get their number, wait and then change a run, so that later ones commit first. */
async function writeSlowly(database: Database, ids: readonly string[]): Promise<void> {
  for (let written = 0; written < SLOW_WRITES_PER_WRITER; written += 1)
    await database.transaction(async (transaction) => {
      await transaction.query(TAKE_A_NUMBER);
      await transaction.query(SLEEP, [Math.random() / 20]);
      await transaction.query(TAG, [pick(ids), JSON.stringify(pick([[], ['a'], ['b']]))]);
    });
}

async function expected(url: string, filter: object): Promise<Map<string, string>> {
  const query =
    'query ($filter: FlowRunFilter) { flowRuns(filter: $filter, first: 200) { nodes { id name version } } }';
  const { flowRuns } = await send<{ flowRuns: { nodes: { id: string; name: string; version: number }[] } }>(
    url,
    query,
    {
      filter,
    },
  );
  return new Map(flowRuns.nodes.map(({ id, name, version }) => [id, `${name} ${version}`]));
}

const sorted = (runs: Map<string, string>) => JSON.stringify([...runs].sort());

/** Returns the lists that differ from their query, as texts. */
async function race(databaseUrl: string, database: Database, mutation?: Mutation): Promise<string[]> {
  const program = await buildProgram(mutation);
  const servers = await Promise.all([
    startServerProcess(program, databaseUrl),
    startServerProcess(program, databaseUrl),
  ]);
  const urls = servers.map(({ url }) => url);
  const keepers: ListKeeper[] = [];
  try {
    const { flow } = await mutate<{ flow: { id: string } }>(pick(urls), 'createFlow', 'flow { id }', {
      name: `race ${Math.random()}`,
    });
    const ofRace = FILTERS.map((filter) => ({ ...filter, flowId: { in: [flow.id] } }));
    for (const filter of ofRace)
      for (let kept = 0; kept < KEEPERS_PER_FILTER; kept += 1) keepers.push(keepList(urls, filter));
    const ids = await Promise.all(
      Array.from({ length: RUNS }, async () => {
        const created = await mutate<{ flowRun: { id: string } }>(pick(urls), 'createFlowRun', 'flowRun { id }', {
          flowId: flow.id,
        });
        return created.flowRun.id;
      }),
    );
    const slowly = () => Promise.all(Array.from({ length: SLOW_WRITERS }, () => writeSlowly(database, ids)));
    await Promise.all([
      ...Array.from({ length: WRITERS }, async () => {
        for (let written = 0; written < WRITES_PER_WRITER; written += 1) await write(urls, ids);
      }),
      slowly(),
    ]);
    // From now on nothing repairs a missed change. Renaming makes the servers read in the meantime.
    let isOver = false;
    const over = slowly().finally(() => {
      isOver = true;
    });
    while (!isOver) await mutate(pick(urls), 'renameFlowRun', 'flowRun { id }', { flowRunId: ids[0], name: null });
    await over;
    for (const flowRunId of ids.slice(0, 5)) await mutate(pick(urls), 'deleteFlowRun', 'flowRunId', { flowRunId });
    const lists = await Promise.all(keepers.map(({ filter }) => expected(pick(urls), filter)));
    const isRight = ({ runs, total }: ListKeeper, index: number) => {
      const list = lists[index] ?? new Map();
      return sorted(runs) === sorted(list) && total === list.size;
    };
    // Lists of a faulty server may never be right. Wrong ones are reported below.
    await waitFor(() => keepers.every(isRight), { timeoutMs: mutation ? 8_000 : DEADLINE_MS }).catch(() => {});
    return keepers.flatMap((keeper, index) =>
      isRight(keeper, index) && keeper.errors.length === 0
        ? []
        : [`${JSON.stringify(keeper.filter)}: ${sorted(keeper.runs)}, ${keeper.total} in all, ${keeper.errors}`],
    );
  } finally {
    await Promise.all(keepers.map((keeper) => keeper.stop()));
    await Promise.all(servers.map((server) => server.kill()));
    await program.remove();
  }
}

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.drop());

test('lists of runs kept from two servers equal their queries after writes that commit out of order', async () => {
  expect(await race(t.url, t.database)).toEqual([]);
});

test('the race notices a server that reads past the horizon', async () => {
  const wrong = await race(t.url, t.database, {
    file: 'flowRunChanges.ts',
    from: 'const HORIZON = sql`pg_snapshot_xmin(',
    to: 'const HORIZON = sql`pg_snapshot_xmax(',
  });
  expect(wrong.length).toBeGreaterThan(0);
});
