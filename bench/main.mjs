import { readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { bulk } from './bulk.mjs';
import { jsonPath } from './jsonPath.mjs';
import { many } from './many.mjs';
import { mappedTasks } from './mappedTasks.mjs';
import { noise } from './noise.mjs';
import { page } from './page.mjs';
import { peers } from './peers/main.mjs';
import { prisma } from './prisma.mjs';
import { startFlowql } from './server.mjs';
import { setState } from './setState.mjs';
import { fanOut } from './streams/fanOut.mjs';

const BENCHES = { setState, page, jsonPath, many, bulk, fanOut, mappedTasks, prisma };

const asked = process.argv.slice(2);
if (asked[0] === 'peers') {
  const file = await peers(asked.slice(1));
  console.log(await readFile(file, 'utf8'));
  process.exit();
}
const unknown = asked.filter((name) => !(name in BENCHES));
if (unknown.length > 0)
  throw new Error(`Unknown bench ${unknown}. The benches are ${Object.keys(BENCHES).join(', ')}.`);

const reports = [];
let postgres;
for (const [name, bench] of Object.entries(BENCHES)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  // Each bench gets a new server and a new database, so that none depends on the one before.
  const flowql = await startFlowql();
  const database = new pg.Client(flowql.databaseUrl);
  await database.connect();
  try {
    postgres = (await database.query('show server_version')).rows[0].server_version;
    reports.push(await bench(flowql, database));
  } finally {
    await database.end();
    await flowql.stop();
  }
}

const results = `# Measurements

Server, database and load on one machine: ${cpus().length} x ${cpus()[0].model}, ${platform()} ${arch()}, Node ${process.version},
PostgreSQL ${postgres} as \`flowql serve\` starts it (every commit is on disk before it is answered). Figures are medians of
interleaved rounds. ${noise()}

${reports.join('\n\n')}
`;
if (asked.length === 0) await writeFile(path.join(import.meta.dirname, 'results.md'), results);
console.log(results);
