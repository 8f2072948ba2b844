import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

// PostgreSQL's auto_explain writes the plan of each statement to the log.
const EXPLAIN = [
  `alter database postgres set session_preload_libraries = 'auto_explain'`,
  `load 'auto_explain'`,
  'alter database postgres set auto_explain.log_min_duration = 0',
];
const BE_SILENT = ['alter database postgres reset all'];
const HANG_UP = `select pg_terminate_backend(pid) from pg_stat_activity
  where backend_type = 'client backend' and pid <> pg_backend_pid()`;
const TRIES = 100;

/**
 * Runs each query once and returns the parts of the plans that show how PostgreSQL found rows of flow_run.
 * @param {(question: object) => Promise<unknown>} ask
 */
export async function plansOf(questions, ask, database, logFile) {
  for (const statement of [...EXPLAIN, HANG_UP]) await database.query(statement);
  const plans = new Map();
  for (const question of questions) {
    await patiently(() => ask(question));
    const { length } = await readFile(logFile);
    await ask(question);
    // The session writes the log before it sends the result.
    plans.set(question, scansIn((await readFile(logFile)).subarray(length).toString()));
  }
  for (const statement of [...BE_SILENT, HANG_UP]) await database.query(statement);
  await patiently(() => ask(questions[0]));
  return plans;
}

/** Retries while the server replaces its terminated connections. */
async function patiently(work) {
  for (let left = TRIES; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 0) throw error;
      await pause(50);
    }
  }
}

const SCANS = /(Seq Scan on flow_run\b|(?:Index Only |Index )Scan(?: Backward)? using \w+|Bitmap Index Scan on \w+)/g;

const scansIn = (log) => [
  ...new Set(Array.from(log.matchAll(SCANS), ([scan]) => scan).filter((scan) => /flow_run_|Seq Scan/.test(scan))),
];
