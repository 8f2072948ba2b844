import { readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { bulk } from './bulk.mjs';
import { jsonPath } from './jsonPath.mjs';
import { many } from './many.mjs';
import { mappedTasks } from './mappedTasks.mjs';
import { memory } from './memory.mjs';
import { noise } from './noise.mjs';
import { page } from './page.mjs';
import { peers } from './peers/main.mjs';
import { prisma } from './prisma.mjs';
import { readsDuringLogs } from './readsDuringLogs.mjs';
import { startFlowql } from './server.mjs';
import { setState } from './setState.mjs';
import { fanOut } from './streams/fanOut.mjs';
import { reconnect } from './streams/reconnect.mjs';
import { tails } from './streams/tails.mjs';

const BENCHES = {
  ...{ setState, page, jsonPath, many, bulk, memory, readsDuringLogs },
  ...{ fanOut, reconnect, tails, mappedTasks, prisma },
};

const asked = process.argv.slice(2);
if (asked[0] === 'peers') {
  const file = await peers(asked.slice(1));
  console.log(await readFile(file, 'utf8'));
  process.exit();
}
const unknown = asked.filter((name) => !(name in BENCHES));
if (unknown.length > 0)
  throw new Error(`Unknown bench ${unknown}. The benches are ${Object.keys(BENCHES).join(', ')}.`);

const isComplete = asked.length === 0;
const reports = [];
let postgres;
for (const [name, bench] of Object.entries(BENCHES)) {
  if (!isComplete && !asked.includes(name)) continue;
  try {
    reports.push(await run(bench));
  } catch (error) {
    // The other benches still have results.
    console.error(error);
    process.exitCode = 1;
    reports.push(`## ${name}\n\nFailed: ${error.message}`);
  }
  if (isComplete) await writeFile(path.join(import.meta.dirname, 'results.md'), results());
}
console.log(results());

/** Each bench gets a new server and a new database, so that none depends on the one before. */
async function run(bench) {
  const flowql = await startFlowql();
  const database = new pg.Client(flowql.databaseUrl);
  try {
    await database.connect();
    postgres = (await database.query('show server_version')).rows[0].server_version;
    return await bench(flowql, database);
  } finally {
    await database.end();
    await flowql.stop();
  }
}

function results() {
  return `# Measurements

Server, database and load on one machine: ${cpus().length} x ${cpus()[0].model}, ${platform()} ${arch()}, Node ${process.version},
PostgreSQL ${postgres} as \`flowql serve\` starts it (every commit is on disk before it is answered). Figures are medians of
interleaved rounds. ${noise()}

${reports.join('\n\n')}
`;
}
