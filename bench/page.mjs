import { deepStrictEqual } from 'node:assert';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { median, readable, spread, table } from './figures.mjs';
import { listen } from './noise.mjs';
import { seedPage } from './seedPage.mjs';

const ROUNDS = 7;
const PAGES = 30;
const CONNECTIONS = [1, 4];

const text = (name) => readFile(path.join(import.meta.dirname, 'sql', name), 'utf8');

/** Reads 100 runs with 20 task runs each and all states, compared with one statement that returns the same JSON. */
export async function page({ url, databaseUrl }, database) {
  await seedPage(url);
  const { rows } = await database.query('select id from tenant');
  const sql = { name: 'page', text: await text('page.sql'), values: [rows[0].id] };
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: await text('page.graphql') }),
  };
  const pool = new pg.Pool({ connectionString: databaseUrl, max: Math.max(...CONNECTIONS) });
  try {
    return await compare({
      'FlowQL, GraphQL over HTTP': async () => (await fetch(url, request)).text(),
      'one statement with json_agg': async () => (await pool.query(sql)).rows[0].body,
    });
  } finally {
    await pool.end();
  }
}

async function compare(ways) {
  const [ours, theirs] = await Promise.all(Object.values(ways).map((read) => read()));
  deepStrictEqual(JSON.parse(ours), JSON.parse(theirs));
  const rows = CONNECTIONS.flatMap((connections) =>
    Object.entries(ways).map(([name, read]) => ({ name, read, connections, rates: [], times: [] })),
  );
  for (let round = 1; round <= ROUNDS; round++)
    for (const row of rows) {
      listen();
      const { perSecond, times } = await measure(row);
      row.rates.push(perSecond);
      row.times.push(median(times));
      console.error(`page, round ${round}: ${row.name}, ${row.connections}: ${readable(perSecond)}/s`);
    }
  return report(rows, ours.length);
}

async function measure({ read, connections }) {
  const times = [];
  let left = PAGES;
  const start = performance.now();
  const work = async () => {
    while (left-- > 0) {
      const from = performance.now();
      await read();
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return { perSecond: (PAGES / (performance.now() - start)) * 1000, times };
}

function report(rows, characters) {
  const ratios = CONNECTIONS.map((connections) => {
    const [ours, theirs] = rows.filter((row) => row.connections === connections);
    return `- ${connections} concurrent: **${(median(ours.rates) / median(theirs.rates)).toFixed(2)}** of the statement's rate`;
  });
  return `## A page

100 flow runs with their states and 20 task runs each, with theirs: ${readable(characters)} characters of JSON. The comparison is one
statement with json_agg that returns the same JSON; the bench checks this once.

${ratios.join('\n')}

${table(
  ['', 'concurrent', 'pages per second, median (least-most)', 'ms per page'],
  rows.map(({ name, connections, rates, times }) => [name, connections, spread(rates), spread(times)]),
)}`;
}
