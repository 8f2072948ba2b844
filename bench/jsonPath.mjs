import { strictEqual } from 'node:assert';
import { median, readable, spread, table } from './figures.mjs';
import { listen } from './noise.mjs';
import { request } from './server.mjs';

const ROUNDS = 7;
const REQUESTS = 3_000;
const CONNECTIONS = 8;
/** The `accept` header alone decides: the server passes a request that accepts an event stream through yoga. */
const SHORT = 'application/json';
const THROUGH_YOGA = 'application/json, text/event-stream';

/** The server's CPU time for one JSON POST, answered by the server itself and by way of yoga. */
export async function jsonPath({ url }) {
  const id = await createRun(url);
  const rows = [
    { name: '`{ __typename }`', body: { query: '{ __typename }' } },
    {
      name: 'a flow run by its id',
      body: { query: 'query ($id: ID!) { flowRun(id: $id) { id name stateType } }', variables: { id } },
    },
  ].map(({ name, body }) => ({ name, body: JSON.stringify(body), short: [], throughYoga: [] }));

  for (const { body } of rows) {
    strictEqual(await answer(url, body, THROUGH_YOGA), await answer(url, body, SHORT));
    // Warms up the compiler on both paths.
    for (const accept of [SHORT, THROUGH_YOGA]) await cpuPerRequest(url, body, accept);
  }
  for (let round = 1; round <= ROUNDS; round++)
    for (const row of rows) {
      listen();
      row.short.push(await cpuPerRequest(url, row.body, SHORT));
      row.throughYoga.push(await cpuPerRequest(url, row.body, THROUGH_YOGA));
      const [short, throughYoga] = [row.short, row.throughYoga].map((values) => readable(values.at(-1)));
      console.error(`JSON path, round ${round}: ${row.name}: ${short} us, through yoga ${throughYoga} us`);
    }
  return report(rows);
}

async function createRun(url) {
  const { createFlow } = await request(url, 'mutation { createFlow(input: { name: "JSON path" }) { flow { id } } }');
  const { createFlowRun } = await request(
    url,
    'mutation ($flowId: ID!) { createFlowRun(input: { flowId: $flowId }) { flowRun { id } } }',
    { flowId: createFlow.flow.id },
  );
  return createFlowRun.flowRun.id;
}

async function answer(url, body, accept) {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', accept }, body });
  const text = await response.text();
  if (!text.startsWith('{"data":{')) throw new Error(`the server answered ${text}`);
  return text;
}

/** Microseconds of the server process, user and system time together. */
async function cpuPerRequest(url, body, accept) {
  const before = await cpuSeconds(url);
  let left = REQUESTS;
  const work = async () => {
    while (left-- > 0) await answer(url, body, accept);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return (((await cpuSeconds(url)) - before) / REQUESTS) * 1e6;
}

async function cpuSeconds(url) {
  const metrics = await (await fetch(new URL('/metrics', url))).text();
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(metrics)[1]);
}

function report(rows) {
  const ratio = ({ short, throughYoga }) => median(throughYoga.map((time, round) => time / short[round]));
  return `## The JSON path

CPU time of the server process for one request, user and system time, without PostgreSQL. The same JSON POST is sent twice:
once with \`accept: application/json\`, which the server answers itself, and once with \`text/event-stream\` added, which
takes the path through yoga. ${CONNECTIONS} connections, ${readable(REQUESTS)} requests per round, ${ROUNDS} rounds.

${table(
  ['', 'JSON path: us, median (least-most)', 'through yoga: us', 'ratio'],
  rows.map((row) => [row.name, spread(row.short), spread(row.throughYoga), readable(ratio(row))]),
)}`;
}
