import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { median, readable, spread, table } from './figures.mjs';
import { listen } from './noise.mjs';

const ROUNDS = 7;
const CALLS = 2_000;
/** Calls before the first round: JavaScript is compiled, plans and statements are prepared. */
const WARM_CALLS = 1_000;
const BIG_CALLS = 20;
/** A document of 0.66 MB, like a large flow of Prefect 1. */
const BIG = JSON.stringify({
  tasks: Array.from({ length: 4_000 }, (_, number) => ({
    id: randomUUID(),
    slug: `task-${number}`,
    name: `task ${number}`,
    tags: ['a', 'b'],
    cache_key: null,
    max_retries: number,
    trigger: { fn: 'all_successful', kwargs: {} },
  })),
});

const READ = {
  name: 'bench.read',
  text: `select id, created, updated, tenant_id as "tenantId", name, type, description,
    base_job_template as "baseJobTemplate", is_paused as "isPaused", concurrency_limit as "concurrencyLimit"
    from work_pool where id = any($1::uuid[]) and tenant_id = $2`,
};
const INSERT = {
  name: 'bench.insert',
  text: `insert into work_pool (id, tenant_id, name, type, base_job_template) values ($1, $2, $3, 'process', $4)`,
};

/** What one call costs by Prisma and by a statement: CPU time of the Node process, through our own `Database`. */
export async function prisma({ databaseUrl }, client) {
  const { rows } = await client.query('select id from tenant');
  const tenantId = rows[0].id;
  const store = await bundledStore();
  const database = await store.openDatabase({ url: databaseUrl });
  try {
    const load = await measured(() => database.warmUp(), 1);
    const models = database.prisma;
    const id = randomUUID();
    await database.query(INSERT, [id, tenantId, id, '{}']);

    const data = (json) => {
      const [made, baseJobTemplate] = [randomUUID(), store.jsonColumn(json)];
      return { id: made, tenantId, name: made, type: 'process', baseJobTemplate };
    };
    const values = (json) => {
      const made = randomUUID();
      return [made, tenantId, made, JSON.stringify(json)];
    };
    const create = (on, json = {}) => on.workPool.create({ data: data(json), select: { id: true } });
    const big = JSON.parse(BIG);
    const works = [
      {
        name: 'read a work pool by its id',
        prisma: () => models.workPool.findMany({ where: { id: { in: [id] }, tenantId } }),
        pg: () => database.query(READ, [[id], tenantId]),
      },
      { name: 'insert a work pool', prisma: () => create(models), pg: () => database.query(INSERT, values({})) },
      {
        name: 'insert it in a transaction',
        prisma: () => database.transaction((transaction) => create(transaction.prisma)),
        pg: () => database.transaction((transaction) => transaction.query(INSERT, values({}))),
      },
      {
        name: `insert it with ${readable(BIG.length / 1e6)} MB of JSON`,
        calls: BIG_CALLS,
        prisma: () => create(models, big),
        pg: () => database.query(INSERT, values(big)),
      },
    ].map((work) => ({ calls: CALLS, ...work, byPrisma: [], byPg: [] }));

    for (const { prisma, pg, calls } of works)
      for (const call of [prisma, pg]) await measured(call, Math.min(calls, WARM_CALLS));
    for (let round = 1; round <= ROUNDS; round++)
      for (const { name, prisma, pg, calls, byPrisma, byPg } of works) {
        listen();
        byPrisma.push(await measured(prisma, calls));
        byPg.push(await measured(pg, calls));
        console.error(`prisma, round ${round}: ${name}: ${readable(byPrisma.at(-1))} and ${readable(byPg.at(-1))} us`);
      }
    return report(works, load);
  } finally {
    await database.close();
    await store.remove();
  }
}

/** CPU microseconds of this process for one call. */
async function measured(call, calls) {
  const before = process.cpuUsage();
  for (let made = 0; made < calls; made++) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

/** The server's own database access, bundled to where it finds its packages. */
async function bundledStore() {
  const root = path.resolve(import.meta.dirname, '..');
  const outfile = path.join(root, 'dist', `bench-${process.pid}.mjs`);
  const contents = `export { openDatabase } from './src/store/connection/openDatabase.ts';
    export { jsonColumn } from './src/store/connection/jsonColumn.ts';`;
  const stdin = { contents, resolveDir: root, loader: 'ts' };
  await build({ stdin, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
  return { ...(await import(outfile)), remove: () => rm(outfile) };
}

function report(works, load) {
  return `## Prisma and statements

CPU time of the Node process for one call, through the server's own database access: the same rows by a call of Prisma's client
and by a prepared statement. ${ROUNDS} rounds of ${readable(CALLS)} calls, in turns; the ratio is the median of the rounds' ratios. Loading Prisma
took ${readable(load / 1000)} ms of CPU time.

${table(
  ['', 'Prisma, us', 'statement, us', 'ratio'],
  works.map(({ name, byPrisma, byPg }) => [
    name,
    spread(byPrisma),
    spread(byPg),
    `**${readable(median(byPrisma.map((time, round) => time / byPg[round])))}**`,
  ]),
)}`;
}
