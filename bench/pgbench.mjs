import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const fileOf = (script) => path.join(import.meta.dirname, 'sql', script);

/** Whether PostgreSQL's own load generator is installed; on Debian it is in postgresql-contrib. */
export const hasPgbench = await run('pgbench', ['--version']).then(
  () => true,
  () => false,
);

/**
 * Transactions per second of a pgbench script, with each statement prepared once per connection.
 * @param {string} databaseUrl
 * @param {string} script a file in sql/
 * @param {{ clients: number, seconds: number, runs: number }} load
 */
export const transactionsPerSecond = hasPgbench ? pgbench : loop;

async function pgbench(databaseUrl, script, { clients, seconds, runs }) {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const { stdout } = await run(
    'pgbench',
    [
      ...['--no-vacuum', '--protocol=prepared', `--define=runs=${runs}`],
      ...[`--client=${clients}`, `--time=${seconds}`, `--file=${fileOf(script)}`],
      pathname.slice(1),
    ],
    { env: { ...process.env, PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password } },
  );
  const [, perSecond] = /tps = ([\d.]+)/.exec(stdout) ?? [];
  if (!perSecond) throw new Error(`pgbench printed no rate:\n${stdout}`);
  return Number(perSecond);
}

/** Runs the same script with `pg` in Node, which uses more CPU than pgbench. */
async function loop(databaseUrl, script, { clients, seconds, runs }) {
  const statements = parse(await readFile(fileOf(script), 'utf8'));
  const until = performance.now() + seconds * 1000;
  let transactions = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      // Like pgbench, pass the values of a row to the next statement as unparsed text.
      const client = new pg.Client({ connectionString: databaseUrl, types: { getTypeParser: () => (text) => text } });
      await client.connect();
      for (; performance.now() < until; transactions++) {
        const variables = { n: 1 + Math.floor(Math.random() * runs) };
        for (const { name, text, names } of statements) {
          const { rows } = await client.query({ name, text, values: names.map((each) => variables[each]) });
          Object.assign(variables, rows[0]);
        }
      }
      await client.end();
    }),
  );
  return transactions / seconds;
}

/** Statements end with `;` or `\gset`. Each `:name` becomes a new parameter; `::name` is a cast. */
const parse = (script) =>
  script
    .replace(/^\\set .*\n/m, '')
    .split(/;\s*\n|\\gset\s*\n/)
    .filter((text) => text.trim() !== '')
    .map((text, index) => {
      const names = [];
      const numbered = text.replace(/(?<!:):(\w+)/g, (_, name) => `$${names.push(name)}`);
      return { name: `statement ${index}`, text: numbered, names };
    });
