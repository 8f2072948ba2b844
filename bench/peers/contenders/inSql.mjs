import pg from 'pg';
import { measure } from '../../load/drive.mjs';
import { hasPgbench, transactions } from '../../pgbench.mjs';
import { columnsOf, countOf, LINES, linesOf, MOVED_RUNS, SOME_RUNS } from '../data.mjs';
import { INSERT_LOGS } from '../insertLogs.mjs';
import { flowOfWrites, movedRuns } from '../movedRuns.mjs';

const CLIENTS = [8, 32, 64];

const by = hasPgbench ? 'pgbench' : 'pg in a loop';
export const fiveStatements = pgbenchOf('five statements', 'setStateFiveStatements.sql');
export const oneStatement = pgbenchOf('one statement', 'setStateOneStatement.sql');

/** The same work by pgbench with its best number of clients, which the first round finds. */
function pgbenchOf(kind, script) {
  return async function byPgbench({ databases: { peers: database }, postgres }) {
    const run = (clients, seconds) =>
      transactions(database.url, `peers/sql/${script}`, { clients, seconds, runs: MOVED_RUNS });
    return {
      name: `${by}, ${kind}`,
      pids: [],
      async setState() {
        const ids = await movedRuns(database);
        let best;
        const findBest = async () => {
          const rates = [];
          for (const clients of CLIENTS) rates.push((await run(clients, 1)).perSecond);
          best = CLIENTS[rates.indexOf(Math.max(...rates))];
        };
        return {
          pids: [],
          warmUp: findBest,
          written: () => countOf(database, 'select count(*) from flow_run_state where flow_run_id = any($1)', [ids]),
          measure: async ({ seconds }) => {
            let perSecond;
            const round = await measure([], postgres.pid, async () => {
              const result = await run(best, Math.ceil(seconds)); // pgbench takes whole seconds
              perSecond = result.perSecond;
              return { operations: result.transactions, faults: [] };
            });
            // pgbench's rate does not count the time in which it connects.
            return { ...round, perSecond, p50: null, p99: null, others: 0 };
          },
        };
      },
    };
  };
}

/** `pg` in the process of the bench: one statement for each operation, without HTTP and JSON. */
export async function pgAlone({ databases: { peers: database } }) {
  return {
    name: 'raw SQL',
    pids: [],

    async writeLogs() {
      const runs = (await database.sql(SOME_RUNS)).slice(0, 8);
      const batches = runs.map(({ id }, writer) => columnsOf(linesOf(id, writer)));
      return {
        pids: [],
        written: () => countOf(database, 'select count(*) from log'),
        open: (workers) =>
          Promise.all(
            workers.map(async (worker) => {
              worker.client = new pg.Client(database.url);
              await worker.client.connect();
            }),
          ),
        close: (workers) => Promise.all(workers.map(({ client }) => client.end())),
        operation: async ({ index, client }) => {
          const { rowCount } = await client.query(INSERT_LOGS, batches[index]);
          if (rowCount !== LINES) return `${rowCount} lines were written`;
        },
      };
    },

    async cancel() {
      const flowId = await flowOfWrites(database);
      return {
        pids: [],
        prepare: (tag, runs) => database.sql(SCHEDULE, [tag, runs, flowId]),
        work: async (tag) => (await database.sql(CANCEL, [tag])).length,
        written: (tag) =>
          countOf(database, `select count(*) from flow_run where name like $1 and state_type = 'CANCELLED'`, [
            `${tag}-%`,
          ]),
      };
    },
  };
}

const SCHEDULE = `with run as (
    insert into flow_run (id, flow_id, name, state_type, state_name, state_timestamp, version, expected_start_time, tags)
    select gen_random_uuid(), $3, $1::text || '-' || n, 'SCHEDULED', 'Scheduled', now(), 1, '2000-01-01', array[$1::text]
    from generate_series(1, $2::int) as n returning id
  )
  insert into flow_run_state (id, flow_run_id, version, type, name)
  select gen_random_uuid(), id, 1, 'SCHEDULED', 'Scheduled' from run`;

const CANCEL = `with run as (
    update flow_run set state_type = 'CANCELLED', state_name = 'Cancelled', state_timestamp = now(), version = version + 1,
      updated = now(), end_time = now()
    where state_type = 'SCHEDULED' and tags @> array[$1::text] returning id, version
  )
  insert into flow_run_state (id, flow_run_id, version, type, name)
  select gen_random_uuid(), id, version, 'CANCELLED', 'Cancelled' from run returning 1`;
