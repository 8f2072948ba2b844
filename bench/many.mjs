import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { median, readable, spread, table } from './figures.mjs';
import { listen } from './noise.mjs';
import { plansOf } from './plans.mjs';
import { request, startFlowql } from './server.mjs';

const SCALES = (process.env.BENCH_RUNS ?? '10000,1000000').split(',').map(Number);
const RUNS_PER_STATEMENT = 10_000;
const FLOWS = 100;
const ROUNDS = 25;
const PAGE = 50;
const DEEP_PAGES = { least: 150, most: 5_000 };
const DAYS = 30;

const RUN = 'query ($id: ID!) { flowRun(id: $id) { id name startTime state { type name } flow { id name } } }';
const PAGE_OF_RUNS = `query ($filter: FlowRunFilter, $after: String, $sort: RunSort) {
  flowRuns(first: ${PAGE}, after: $after, filter: $filter, sort: $sort) {
    nodes { id name stateType startTime tags } pageInfo { hasNextPage }
  }
}`;
const HISTORY = `query ($start: DateTime!, $end: DateTime!) {
  flowRunHistory(start: $start, end: $end, intervalSeconds: 86400) { start states { type name count } }
}`;

/** Sends the same queries, in turns, to a server with 10,000 runs in its database and to another with 1,000,000. */
export async function many(more, moreDatabase) {
  const less = await startFlowql();
  const lessDatabase = new pg.Client(less.databaseUrl);
  await lessDatabase.connect();
  try {
    const [few, lots] = [await worldOf(less, lessDatabase, SCALES[0]), await worldOf(more, moreDatabase, SCALES[1])];
    await measure([few, lots]);
    const plans = await plansOf(lots.rows, lots.ask, moreDatabase, more.logFile);
    return [report(few.rows, lots.rows, [...plans.values()]), ...withoutIndex(plans)].join('\n\n');
  } finally {
    await lessDatabase.end();
    await less.stop();
  }
}

async function worldOf({ url }, database, runs) {
  const { rows } = await database.query('select id from tenant');
  const deploymentId = await seedFlows(url);
  await seedRuns(database, runs, rows[0].id);
  const deepest = Math.min(DEEP_PAGES.most, Math.floor((runs / PAGE) * 0.75));
  const { id } = (await database.query(`select id from flow_run where name = 'run-77'`)).rows[0];
  const questions = questionsOf({ deploymentId, id, page: deepest, after: await cursorBefore(url, deepest) });
  return {
    runs,
    ask: ({ query, variables }) => request(url, query, variables),
    rows: questions.map((question) => ({ ...question, times: [] })),
  };
}

/** With fewer runs than this, a sequential scan is the right plan. */
const ENOUGH_FOR_INDEXES = 100_000;

function withoutIndex(plans) {
  if (SCALES[1] < ENOUGH_FOR_INDEXES) return [];
  const faults = [...plans].flatMap(([{ name }, scans]) => {
    if (scans.length > 0 && !scans.some((scan) => scan.startsWith('Seq Scan'))) return [];
    return [`**Fault:** ${name} finds its runs without an index: ${scans.join(', ') || 'the log contains no plan'}.`];
  });
  if (faults.length > 0) process.exitCode = 1;
  return faults;
}

async function seedFlows(url) {
  let deploymentId;
  for (let number = 0; number < FLOWS; number++) {
    const { createFlow } = await request(
      url,
      'mutation ($name: String!) { createFlow(input: { name: $name }) { flow { id } } }',
      { name: `many-${number}` },
    );
    const { createDeployment } = await request(
      url,
      'mutation ($flowId: ID!) { createDeployment(input: { flowId: $flowId, name: "main" }) { deployment { id } } }',
      { flowId: createFlow.flow.id },
    );
    deploymentId = createDeployment.deployment.id;
  }
  return deploymentId;
}

/** Without foreign key checks and most triggers: the statement inserts only valid rows. */
async function seedRuns(database, runs, tenantId) {
  const insert = await readFile(path.join(import.meta.dirname, 'sql', 'seedMany.sql'), 'utf8');
  await database.query('set session_replication_role = replica');
  for (let first = 1; first <= runs; first += RUNS_PER_STATEMENT) {
    const last = Math.min(first + RUNS_PER_STATEMENT - 1, runs);
    await database.query(insert, [first, last, runs, tenantId]);
    if (last % 100_000 === 0) console.error(`many: ${readable(last)} runs inserted`);
  }
  await database.query('set session_replication_role = origin');
  await database.query('vacuum analyze flow_run');
  await database.query('vacuum analyze flow_run_tag');
  await database.query('vacuum analyze flow_run_state');
  await database.query('checkpoint');
}

/** The cursor after which this page of the list starts, found by reading the pages before it. */
async function cursorBefore(url, page) {
  const most = 200;
  let after = null;
  for (let passed = 0; passed < (page - 1) * PAGE; passed += most) {
    const first = Math.min(most, (page - 1) * PAGE - passed);
    const { flowRuns } = await request(
      url,
      'query ($first: Int, $after: String) { flowRuns(first: $first, after: $after) { pageInfo { endCursor } } }',
      { first, after },
    );
    after = flowRuns.pageInfo.endCursor;
  }
  return after;
}

const questionsOf = ({ deploymentId, id, page, after }) => [
  { name: 'one run by its id', query: RUN, variables: { id } },
  { name: 'page 1', query: PAGE_OF_RUNS },
  { name: 'page 1 by start time', query: PAGE_OF_RUNS, variables: { sort: 'START_TIME_DESC' } },
  { name: `page ${readable(page)}`, query: PAGE_OF_RUNS, variables: { after } },
  { name: 'failed runs', query: PAGE_OF_RUNS, variables: { filter: { state: { type: { in: ['FAILED'] } } } } },
  {
    name: 'runs with a tag of 1 in 20 runs',
    query: PAGE_OF_RUNS,
    variables: { filter: { tags: { hasAll: ['team-7'] } } },
  },
  {
    name: 'runs with a tag of 1 in 1,000',
    query: PAGE_OF_RUNS,
    variables: { filter: { tags: { hasAll: ['release-7'] } } },
  },
  {
    name: 'runs of a deployment',
    query: PAGE_OF_RUNS,
    variables: { filter: { deploymentId: { in: [deploymentId] } } },
  },
  { name: 'count', query: '{ flowRunCount }' },
  { name: `history of ${DAYS} days`, query: HISTORY, variables: lastDays() },
];

function lastDays() {
  const end = new Date();
  end.setUTCHours(24, 0, 0, 0);
  return { start: new Date(end.getTime() - DAYS * 24 * 60 * 60 * 1000).toISOString(), end: end.toISOString() };
}

async function measure(worlds) {
  for (const { rows, ask } of worlds) for (const row of rows) await ask(row);
  for (let round = 1; round <= ROUNDS; round++) {
    listen();
    for (const place of worlds[0].rows.keys())
      for (const { rows, ask } of round % 2 === 0 ? worlds.toReversed() : worlds) {
        const start = performance.now();
        await ask(rows[place]);
        rows[place].times.push(performance.now() - start);
      }
  }
  for (const { rows, runs } of worlds)
    for (const { name, times } of rows)
      console.error(`many, ${readable(runs)} runs: ${name}: ${readable(median(times))} ms`);
}

function report(few, lots, plans) {
  const [less, more] = SCALES.map(readable);
  return `## Many runs

The same queries, in turns, to two servers: with ${less} flow runs in the database and with ${more}, with ten states each. Pages
have ${PAGE} runs, newest first. A page must cost the same at any depth and with any number of runs; counts and histories read what they count. The
last column shows how PostgreSQL found the runs, from its own plans.

${table(
  ['', `${less} runs: ms`, `${more} runs: ms`, 'ratio', 'access path'],
  lots.map(({ name, times }, place) => [
    name,
    spread(few[place].times),
    spread(times),
    readable(median(times) / median(few[place].times)),
    plans[place].join(', '),
  ]),
)}`;
}
