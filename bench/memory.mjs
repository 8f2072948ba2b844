import { setTimeout as pause } from 'node:timers/promises';
import { readable, table } from './figures.mjs';
import { post } from './load/connection.mjs';
import { drive } from './load/drive.mjs';
import { cpuOfOne, memoryOfOne } from './load/processes.mjs';
import { listen } from './noise.mjs';
import { FLOW_RUNS } from './peers/contenders/flowql.mjs';
import { fill } from './peers/fill.mjs';

const RUNS = 10_000;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
const CONNECTIONS = 8;
const REST_MS = 10_000;
const SAMPLE_MS = 100;

/** The server's resident memory before, during and after a minute of pages, in a new server. */
export async function memory({ url, pid }, database) {
  const sql = async (text, values) => [await database.query(text, values)].flat().at(-1).rows;
  await fill({ sql }, 'fillFlowql.sql', RUNS);
  listen();
  const variables = { first: 20, after: null, filter: null, sort: 'START_TIME_DESC' };
  const request = post('/graphql', { query: FLOW_RUNS, variables });
  const job = {
    pids: [pid],
    port: Number(new URL(url).port),
    connections: CONNECTIONS,
    operation: async ({ connection }) => {
      const { status, body } = await connection.request(request);
      return status === 200 && body.startsWith('{"data":{"flowRuns":') ? undefined : `${status} ${body}`;
    },
  };
  const before = memoryOfOne(pid);
  const samples = [];
  const sampling = setInterval(() => samples.push(memoryOfOne(pid)), SAMPLE_MS);
  const cpuBefore = cpuOfOne(pid);
  const { answered, faults } = await drive(job, { warmUp: 0, seconds: SECONDS, postgresPid: process.pid });
  clearInterval(sampling);
  if (faults.length > 0) throw new Error(faults[0]);
  const cpuMs = (cpuOfOne(pid) - cpuBefore) / 1000 / answered;
  await pause(REST_MS);
  const after = memoryOfOne(pid);
  console.error(`memory: ${readable(before)} MB, ${readable(Math.max(...samples))} MB, ${readable(after)} MB`);
  return `## Memory

Resident memory of a new server while ${CONNECTIONS} connections read the first page of 20 runs, with the states and the number of task
runs of each, for ${SECONDS} seconds: ${readable(answered)} pages, ${readable(cpuMs)} ms of the server's CPU time for each.

${table(
  ['', 'MB'],
  [
    ['before the first page', readable(before)],
    ['with the load: mean', readable(samples.reduce((sum, sample) => sum + sample, 0) / samples.length)],
    ['with the load: most', readable(Math.max(...samples))],
    [`${REST_MS / 1000} seconds after it`, readable(after)],
  ],
)}`;
}
