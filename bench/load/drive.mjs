import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from '../figures.mjs';
import { Connection } from './connection.mjs';
import { cpuOf, machineUs, memoryOf } from './processes.mjs';

/** A server that does not answer for this long after a round has failed it. */
const OVERTIME_MS = 15_000;
const MOST_FAULTS = 200;

/**
 * A job that `drive` runs.
 * @typedef {object} Job
 * @property {number[]} pids the processes of the server
 * @property {number} [port] of the server; without it, workers have no connections
 * @property {number} connections the number of workers, each with one operation at a time
 * @property {number} [each] the connections of each worker; 1 if not set
 * @property {(worker: object, number: number) => Promise<string | undefined>} operation returns what is wrong with the answer
 * @property {(workers: object[]) => Promise<void>} [open]
 * @property {(workers: object[]) => Promise<void>} [close]
 */

/**
 * Runs a job: a short time unmeasured, then `seconds` measured. An operation that is only partly in the measured time counts
 * with that part, so that the rate of a slow server is not rounded to whole operations.
 * @param {Job} job
 */
export async function drive(job, { warmUp, seconds, postgresPid }) {
  const workers = Array.from({ length: job.connections }, (_, index) => {
    const connections = job.port ? Array.from({ length: job.each ?? 1 }, () => new Connection(job.port)) : [];
    return { index, connections, connection: connections[0] };
  });
  await job.open?.(workers);
  const closeAll = () => {
    for (const { connections } of workers) for (const connection of connections) connection.close();
  };
  const from = performance.now() + warmUp * 1000;
  const until = from + seconds * 1000;
  const overtime = setTimeout(closeAll, (warmUp + seconds) * 1000 + OVERTIME_MS);
  const before = pause(warmUp * 1000).then(() => meter(job.pids, postgresPid));
  const after = pause((warmUp + seconds) * 1000).then(() => meter(job.pids, postgresPid));

  const latencies = [];
  const faults = [];
  let operations = 0;
  let answered = 0;
  const work = async (worker) => {
    for (let start = performance.now(); start < until && faults.length < MOST_FAULTS; start = performance.now()) {
      job.sent = (job.sent ?? -1) + 1;
      const fault = await job.operation(worker, job.sent).catch(({ message }) => message);
      const end = performance.now();
      if (fault) {
        faults.push(fault.slice(0, 300));
        await pause(5);
        continue;
      }
      answered += 1;
      if (end < from) continue;
      latencies.push(end - start);
      operations += Math.max(0, Math.min(end, until) - Math.max(start, from)) / (end - start);
    }
  };
  try {
    await Promise.all(workers.map(work));
    const cpu = cpuBetween(await before, await after, operations, job.pids);
    return { perSecond: operations / seconds, ...latencyOf(latencies), ...cpu, answered, faults };
  } finally {
    clearTimeout(overtime);
    closeAll();
    await job.close?.(workers);
  }
}

/** Runs a piece of work of a fixed size, which returns how many operations it did and what was wrong. */
export async function measure(pids, postgresPid, work) {
  const before = meter(pids, postgresPid);
  const { operations, answered = operations, faults } = await work();
  const after = meter(pids, postgresPid);
  const ms = after.at - before.at;
  const perSecond = (operations / ms) * 1000;
  return { perSecond, ...latencyOf([ms]), ...cpuBetween(before, after, operations, pids), answered, faults };
}

const latencyOf = (values) =>
  values.length === 0 ? { p50: null, p99: null } : { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };

const meter = (pids, postgresPid) => ({
  at: performance.now(),
  server: cpuOf(pids),
  postgres: cpuOf([postgresPid]),
  own: process.cpuUsage().user + process.cpuUsage().system,
  machine: machineUs(),
  memory: memoryOf(pids),
});

/** CPU time for one operation; the share of one core that other programs used; the server's memory at the end. */
function cpuBetween(before, after, operations, pids) {
  const wallUs = (after.at - before.at) * 1000;
  const [server, postgres, own, machine] = ['server', 'postgres', 'own', 'machine'].map(
    (each) => after[each] - before[each],
  );
  const each = (us) => (operations > 0 ? us / operations : null);
  return {
    serverUs: pids.length > 0 ? each(server) : null,
    postgresUs: each(postgres),
    ownUs: each(own),
    others: Math.max(0, machine - server - postgres - own) / wallUs,
    memory: after.memory,
  };
}
