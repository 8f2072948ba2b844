import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { median, quantile, readable, spread, table } from './figures.mjs';
import { listen } from './noise.mjs';
import { request } from './server.mjs';

const ROUNDS = 7;
const RUNS = 5_000;
/** Runs that only the small requests use. */
const OTHER_RUNS = 500;
const IDLE_MS = 3_000;

const text = (name) => readFile(path.join(import.meta.dirname, 'sql', name), 'utf8');

const CANCEL = `mutation ($filter: FlowRunFilter!) {
  bulkSetFlowRunState(input: { filter: $filter, state: { type: CANCELLED }, force: true }) { job { id } }
}`;
const JOB = 'query ($id: ID!) { bulkJob(id: $id) { ended counts { outcome count } } }';
const READ = 'query ($id: ID!) { flowRun(id: $id) { name stateType } }';
const MOVE = `mutation ($id: ID!) {
  setFlowRunState(input: { flowRunId: $id, state: { type: RUNNING }, force: true }) { verdict }
}`;

/** Cancels many runs by a filter, compared with one statement, and measures other requests meanwhile. */
export async function bulk({ url }, database) {
  const make = text('seedBulk.sql');
  const cancel = text('cancelAll.sql');
  const seed = async (runs) => {
    const name = `bulk ${performance.now()}`;
    const { createFlow } = await request(
      url,
      'mutation ($name: String!) { createFlow(input: { name: $name }) { flow { id } } }',
      { name },
    );
    const { rows } = await database.query(await make, [runs, createFlow.flow.id]);
    return { flowId: createFlow.flow.id, ids: rows.map(({ id }) => id) };
  };
  const others = (await seed(OTHER_RUNS)).ids;

  async function byFilter() {
    const { flowId } = await seed(RUNS);
    const start = performance.now();
    const filter = { flow: { id: { in: [flowId] } } };
    const { id } = (await request(url, CANCEL, { filter })).bulkSetFlowRunState.job;
    for (;;) {
      const { bulkJob } = await request(url, JOB, { id });
      if (bulkJob.ended) {
        const [{ outcome, count }] = bulkJob.counts;
        if (outcome !== 'ACCEPT' || count !== RUNS)
          throw new Error(`${count} of ${RUNS} runs have the outcome ${outcome}`);
        return performance.now() - start;
      }
      await pause(10);
    }
  }
  async function inOneStatement() {
    const { flowId } = await seed(RUNS);
    const start = performance.now();
    await database.query(await cancel, [flowId]);
    return performance.now() - start;
  }

  /** Times small requests, one after the other, until the work ends. */
  async function felt(work) {
    const times = { read: [], move: [] };
    let isOver = false;
    const ask = async (kind, document) => {
      for (let turn = 0; !isOver; turn++) {
        const start = performance.now();
        await request(url, document, { id: others[turn % others.length] });
        times[kind].push(performance.now() - start);
        await pause(2);
      }
    };
    const asking = Promise.all([ask('read', READ), ask('move', MOVE)]);
    const took = await work();
    isOver = true;
    await asking;
    return { took, ...times };
  }

  await byFilter(); // warms up the compiler
  await inOneStatement();
  const took = { byFilter: [], inOneStatement: [], withOthers: [] };
  const small = { idle: { read: [], move: [] }, busy: { read: [], move: [] } };
  for (let round = 1; round <= ROUNDS; round++) {
    listen();
    took.byFilter.push(await byFilter());
    took.inOneStatement.push(await inOneStatement());
    const idle = await felt(() => pause(IDLE_MS));
    const busy = await felt(byFilter);
    took.withOthers.push(busy.took);
    for (const kind of ['read', 'move']) {
      small.idle[kind].push(...idle[kind]);
      small.busy[kind].push(...busy[kind]);
    }
    console.error(
      `bulk, round ${round}: ${readable(took.byFilter.at(-1))} ms, ${readable(took.inOneStatement.at(-1))} ms`,
    );
  }
  return report(took, small);
}

function report({ byFilter, inOneStatement, withOthers }, { idle, busy }) {
  const milliseconds = (values) => [readable(median(values)), readable(quantile(values, 0.99))];
  return `## Cancelling many runs

One \`bulkSetFlowRunState\` cancels ${readable(RUNS)} flow runs. The time is measured from the request to the end of the job. FlowQL
works in batches, applies the rules to each run and stores an outcome for each. The comparison is one statement that
updates the runs and inserts their states.

- **${(median(byFilter) / median(inOneStatement)).toFixed(1)}** times as long as the statement

${table(
  ['', 'ms, median (least-most)'],
  [
    ['FlowQL, `bulkSetFlowRunState`', spread(byFilter)],
    ['the same, with other requests', spread(withOthers)],
    ['one statement', spread(inOneStatement)],
  ],
)}

Other requests during the job: one connection reads a run by its id again and again, another sets the state of a run.

${table(
  ['', 'idle, ms: median', 'p99', 'during the job, ms: median', 'p99'],
  [
    ['read', ...milliseconds(idle.read), ...milliseconds(busy.read)],
    ['set state', ...milliseconds(idle.move), ...milliseconds(busy.move)],
  ],
)}`;
}
