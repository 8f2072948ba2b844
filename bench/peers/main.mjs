import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startKeeper } from '../keeper.mjs';
import { isRunning, memoryOf } from '../load/processes.mjs';
import { flowql } from './contenders/flowql.mjs';
import { handWritten } from './contenders/handWritten.mjs';
import { fiveStatements, oneStatement, pgAlone } from './contenders/inSql.mjs';
import { postgraphile } from './contenders/postgraphile.mjs';
import { prefect3 } from './contenders/prefect3.mjs';
import { createTables, fill } from './fill.mjs';
import { CACHE } from './install.mjs';
import { createDatabase, startPostgres } from './postgres.mjs';
import { report } from './report.mjs';
import { roundsOf } from './rounds.mjs';
import { WORKLOADS } from './workloads.mjs';

const CONTENDERS = { flowql, prefect3, postgraphile, handWritten, pgAlone, fiveStatements, oneStatement };
/** The databases and what fills them. The hand-written server, PostGraphile and raw SQL share one. */
const DATABASES = { flowql: 'fillFlowql.sql', peers: 'fillPeers.sql', prefect3: 'fillPrefect3.sql' };
const DATABASE_OF = { flowql: 'flowql', prefect3: 'prefect3' };

/** Compares FlowQL with other servers. The results are written to a file after each round. */
export async function peers(args) {
  const options = optionsOf(args);
  console.error(`The results so far are in ${options.out} after each round.`);
  const keeper = startKeeper();
  const databases = {};
  try {
    const postgres = await startPostgres(keeper);
    for (const name of Object.keys(DATABASES)) databases[name] = await createDatabase(postgres, name);
    await createTables(databases.peers);
    const [{ server_version: version }] = await databases.peers.sql('show server_version');
    const world = { keeper, postgres, databases };
    const { contenders, leftOut } = await startContenders(options, world);
    for (const name of new Set(contenders.map(({ key }) => DATABASE_OF[key] ?? 'peers')))
      await fill(databases[name], DATABASES[name], options.runs);
    await databases.peers.sql('checkpoint');

    const memoryAtRest = Object.fromEntries(contenders.map(({ key, pids }) => [key, memoryOf(pids)]));
    const startedAt = Date.now();
    const results = [];
    for (const key of options.workloads) {
      await restartEnded(contenders, world);
      const workload = { key, ...WORKLOADS[key] };
      const place = results.push({ workload, entries: [] }) - 1;
      for await (const entries of roundsOf(workload, contenders, { ...options, postgres })) {
        results[place].entries = entries;
        const found = { options, postgres: { version }, contenders, leftOut, results, memoryAtRest, startedAt };
        await writeFile(options.out, report(found));
        await writeFile(options.raw, JSON.stringify(results.map(withoutJobs)));
        if (entries.every(({ failure }) => failure)) break;
      }
    }
    return options.out;
  } finally {
    for (const { close } of Object.values(databases)) await close().catch(() => {});
    await keeper.end();
  }
}

function optionsOf(args) {
  const text = { type: 'string' };
  const { values } = parseArgs({
    args,
    options: {
      ...{ rounds: text, seconds: text, 'warm-up': text, runs: text, cancelled: text },
      ...{ only: text, contenders: text, out: text, quick: { type: 'boolean', default: false } },
    },
  });
  const isQuick = values.quick;
  const number = (name, usual, quick) => Number(values[name] ?? (isQuick ? quick : usual));
  const isWhole = !isQuick && !values.only && !values.contenders;
  const out = path.resolve(
    values.out ?? (isWhole ? path.join(import.meta.dirname, '../peers.md') : path.join(CACHE, 'peers.md')),
  );
  return {
    isQuick,
    rounds: number('rounds', 8, 2),
    seconds: number('seconds', 1.5, 0.5),
    warmUp: number('warm-up', 0.5, 0.2),
    runs: number('runs', 10_000, 2_000),
    cancelled: number('cancelled', 5_000, 200),
    workloads: namesOf(values.only, WORKLOADS),
    contenders: namesOf(values.contenders, CONTENDERS),
    out,
    raw: path.join(CACHE, 'peers.json'),
  };
}

function namesOf(list, all) {
  const names = list?.split(',') ?? Object.keys(all);
  const unknown = names.filter((name) => !(name in all));
  if (unknown.length > 0) throw new Error(`Unknown: ${unknown}. There are ${Object.keys(all).join(', ')}.`);
  return names;
}

/** A contender that cannot be installed or does not start is left out. */
async function startContenders(options, world) {
  const contenders = [];
  const leftOut = [];
  for (const key of options.contenders) {
    try {
      contenders.push({ key, ...(await CONTENDERS[key](world)) });
    } catch (error) {
      leftOut.push({ name: key, reason: error.message.replace(/\s+/g, ' ').slice(0, 300) });
      console.error(`${key} is left out: ${error.message}`);
    }
  }
  return { contenders, leftOut };
}

/** A server that has ended must not take its figures of the other workloads with it. */
async function restartEnded(contenders, world) {
  for (const contender of contenders) {
    if (contender.pids.every(isRunning)) continue;
    console.error(`${contender.name} has ended and is started again.`);
    await CONTENDERS[contender.key](world).then(
      (started) => Object.assign(contender, started),
      ({ message }) => console.error(`${contender.name} did not start again: ${message}`),
    );
  }
}

const withoutJobs = ({ workload, entries }) => ({
  workload: workload.key,
  entries: entries.map(({ job: _, ...entry }) => entry),
});
