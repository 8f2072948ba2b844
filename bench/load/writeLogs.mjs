// Runs as a separate process: each of some connections sends batches of 250 log lines, one after the other, until it is
// stopped.
import { logsOf } from '../peers/contenders/flowql.mjs';
import { LINES } from '../peers/data.mjs';
import { Connection, post } from './connection.mjs';

const QUERY = 'mutation WriteLogs($input: WriteLogsInput!) { writeLogs(input: $input) { written } }';
const port = Number(new URL(process.argv[2]).port);

let isOver = false;
let working;

process.on('message', async ({ flowRunIds, stop }) => {
  if (!stop) {
    isOver = false;
    working = measure(flowRunIds);
    return;
  }
  isOver = true;
  process.send(await working);
});

async function measure(flowRunIds) {
  const start = performance.now();
  const faults = [];
  let batches = 0;
  const write = async (flowRunId, writer) => {
    const request = post('/graphql', { query: QUERY, variables: { input: { logs: logsOf(flowRunId, writer) } } });
    const connection = new Connection(port);
    while (!isOver) {
      const { status, body } = await connection.request(request);
      if (status === 200 && body.includes(`"written":${LINES}`)) batches += 1;
      else faults.push(`${status} ${body.slice(0, 300)}`);
    }
    connection.close();
  };
  await Promise.all(flowRunIds.map(write));
  return { linesPerSecond: (batches * LINES) / ((performance.now() - start) / 1000), faults };
}
