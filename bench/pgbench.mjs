import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const fileOf = (script) => path.join(import.meta.dirname, script);

/** Whether PostgreSQL's own load generator is installed; on Debian it is in postgresql-contrib. */
export const hasPgbench = await run('pgbench', ['--version']).then(
  () => true,
  () => false,
);

/**
 * Runs a pgbench script, with each statement prepared once per connection, and returns the number of transactions and their
 * rate.
 * @param {string} databaseUrl
 * @param {string} script a file below this directory
 * @param {{ clients: number, seconds: number, runs: number }} load
 */
export const transactions = hasPgbench ? pgbench : loop;

async function pgbench(databaseUrl, script, { clients, seconds, runs }) {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const { stdout } = await run(
    'pgbench',
    [
      ...['--no-vacuum', '--protocol=prepared', `--define=runs=${runs}`, `--define=clients=${clients}`],
      ...[`--client=${clients}`, `--time=${seconds}`, `--file=${fileOf(script)}`],
      pathname.slice(1),
    ],
    { env: { ...process.env, PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password } },
  );
  const [, perSecond] = /tps = ([\d.]+)/.exec(stdout) ?? [];
  const [, count] = /actually processed: (\d+)/.exec(stdout) ?? [];
  if (!perSecond || !count) throw new Error(`pgbench printed no rate:\n${stdout}`);
  return { transactions: Number(count), perSecond: Number(perSecond) };
}

/** Runs the same script with `pg` in Node, which uses more CPU than pgbench. */
async function loop(databaseUrl, script, { clients, seconds, runs }) {
  const scriptText = await readFile(fileOf(script), 'utf8');
  const statements = parse(scriptText);
  // Each script sets `n` in its first line: to any run, or to a run that no other client uses.
  const each = scriptText.includes(':client_id') ? Math.floor(runs / clients) : 0;
  const pick = (number) => number * each + 1 + Math.floor(Math.random() * (each || runs));
  const until = performance.now() + seconds * 1000;
  let count = 0;
  await Promise.all(
    Array.from({ length: clients }, async (_, number) => {
      // Like pgbench, pass the values of a row to the next statement as unparsed text.
      const client = new pg.Client({ connectionString: databaseUrl, types: { getTypeParser: () => (text) => text } });
      await client.connect();
      for (; performance.now() < until; count++) {
        const variables = { n: pick(number) };
        for (const { name, text, names } of statements) {
          const { rows } = await client.query({ name, text, values: names.map((each) => variables[each]) });
          Object.assign(variables, rows[0]);
        }
      }
      await client.end();
    }),
  );
  return { transactions: count, perSecond: count / seconds };
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
