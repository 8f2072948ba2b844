// Runs as a separate process and moves random flow runs through Pending, Running and Completed, again and again. It
// writes HTTP by hand on keep-alive sockets, one request at a time on each, to leave most of the CPU to the server.
import { once } from 'node:events';
import { connect } from 'node:net';
import { quantile } from '../figures.mjs';
import { runId } from '../runId.mjs';

const LIFE = ['PENDING', 'RUNNING', 'COMPLETED'];
const WARM_UP_SECONDS = 0.5;
const MUTATION = `mutation Move($id: ID!, $type: StateType!) {
  setFlowRunState(input: { flowRunId: $id, state: { type: $type } }) { verdict written state { id version timestamp } }
}`;
const BODY_LENGTH = /content-length: (\d+)/i;
const HEAD_END = '\r\n\r\n';

const target = new URL(process.argv[2]);
const parts = LIFE.map((type) => {
  const [before, after] = JSON.stringify({ query: MUTATION, variables: { id: '#', type } }).split('#');
  const length = before.length + runId(0).length + after.length;
  const head = `POST ${target.pathname} HTTP/1.1\r\nhost: ${target.host}\r\ncontent-type: application/json\r\ncontent-length: ${length}`;
  return { before: head + HEAD_END + before, after };
});

process.on('message', async (task) => process.send(await measure(task)));

/** @param versions the version of each run, by its number, which starts at 1 */
async function measure({ versions, connections, seconds }) {
  const busy = new Set();
  const latencies = [];
  const from = performance.now() + WARM_UP_SECONDS * 1000;
  const until = from + seconds * 1000;
  let failures = 0;

  function take() {
    let run;
    do run = Math.floor(Math.random() * versions.length);
    while (busy.has(run));
    busy.add(run);
    return run;
  }

  async function work() {
    const socket = connect({ host: target.hostname, port: target.port, noDelay: true });
    socket.setEncoding('latin1');
    await once(socket, 'connect');
    return new Promise((resolve, reject) => {
      let run;
      let start;
      let text = '';
      const next = () => {
        run = take();
        start = performance.now();
        const { before, after } = parts[versions[run] % LIFE.length];
        socket.write(before + runId(run + 1) + after, 'latin1');
      };
      socket.on('data', (chunk) => {
        text += chunk;
        const bodyAt = text.indexOf(HEAD_END) + HEAD_END.length;
        if (bodyAt < HEAD_END.length || text.length < bodyAt + Number(BODY_LENGTH.exec(text)[1])) return;
        const now = performance.now();
        if (text.includes('"verdict":"ACCEPT"')) versions[run] += 1;
        else failures += 1;
        busy.delete(run);
        text = '';
        if (now >= from && now < until) latencies.push(now - start);
        if (now < until) return next();
        socket.end();
        resolve();
      });
      socket.on('error', reject);
      next();
    });
  }

  await Promise.all(Array.from({ length: connections }, work));
  const [p50, p99] = [0.5, 0.99].map((part) => quantile(latencies, part));
  return { perSecond: latencies.length / seconds, p50, p99, failures };
}
