import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { TASK_RUNS } from './data.mjs';

const read = (script) => readFile(path.join(import.meta.dirname, 'sql', script), 'utf8');

/** Runs a script in sql/ that fills a database with this number of runs. */
export async function fill(database, script, runs) {
  await database.sql(await read('filled.sql'));
  const text = (await read(script)).replaceAll('{runs}', runs).replaceAll('{taskRuns}', TASK_RUNS);
  await database.sql(text);
  await database.sql('drop function filled_states, filled');
  await database.sql('vacuum analyze');
}

/** Creates the tables of PostGraphile, the hand-written server and the raw SQL. */
export const createTables = async (database) => database.sql(await read('peers.sql'));
