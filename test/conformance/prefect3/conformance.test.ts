import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { buildProgram, type Program } from '../../support/program.ts';
import { type ServerProcess, startServerProcess } from '../../support/serverProcess.ts';
import { connectFlowql } from './adapters/flowqlAdapter.ts';
import { GROUPS } from './allCases.ts';
import { type Api, Skip } from './api.ts';
import { runCase } from './conformanceCase.ts';
import { CELLS, cellTitle, type Matrix, openMatrix } from './matrix.ts';

// FlowQL behaves as Prefect 3: the same cases and cells pass against a real Prefect 3 (README.md says how).

interface Server {
  database: TestDatabase;
  process: ServerProcess;
  api: Api;
}

// Two servers, each with its own database. On one, no loop moves runs, so that runs stay as a case created them; on the
// other, the loops run every second.
const RESTING = { FLOWQL_LATE_RUNS_SECONDS: '86400', FLOWQL_PAUSE_EXPIRATIONS_SECONDS: '86400' };
const HURRYING = { FLOWQL_PAUSE_EXPIRATIONS_SECONDS: '1', FLOWQL_CANCELLATION_CLEANUP_SECONDS: '1' };
const OF_LOOPS = 'P';

let program: Program;
let resting: Server;
let hurrying: Server;
let matrix: Matrix;

beforeAll(async () => {
  program = await buildProgram();
  [resting, hurrying] = await Promise.all([start(RESTING), start(HURRYING)]);
  matrix = await openMatrix(resting.api);
});

afterAll(async () => {
  for (const server of [resting, hurrying]) {
    await server?.process.kill();
    await server?.database.drop();
  }
  await program?.remove();
});

async function start(settings: Record<string, string>): Promise<Server> {
  const database = await testDatabase();
  const process = await startServerProcess(program, database.url, undefined, settings);
  return { database, process, api: connectFlowql(`${process.url}/graphql`) };
}

function mustBeEmpty(failures: string[]): void {
  if (failures.length > 0) throw new Error(failures.join('\n'));
}

for (const { group, title, cases } of GROUPS) {
  describe.concurrent(`${group}: ${title}`, () => {
    for (const one of cases) {
      test(`${one.id} ${one.title}`, async ({ skip }) => {
        const { api } = group === OF_LOOPS ? hurrying : resting;
        const { skipped, failures } = await runCase(one, api);
        if (skipped !== null) skip(skipped);
        mustBeEmpty(failures);
      });
    }
  });
}

test('the page of differences names only existing cases', () => {
  const page = readFileSync(new URL('../../../docs/prefect3-differences.md', import.meta.url), 'utf8');
  const named = [...page.matchAll(/^\| ([A-P]\d\d) /gm)].map(([, id]) => id);
  const ids = GROUPS.flatMap(({ cases }) => cases.map(({ id }) => id));
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((id = '') => !ids.includes(id))).toEqual([]);
});

describe.concurrent('steps between states', () => {
  for (const cell of CELLS) {
    test(`as in Prefect 3, ${cellTitle(cell)}`, async ({ skip }) => {
      try {
        mustBeEmpty(await matrix.differences(cell));
      } catch (error) {
        if (error instanceof Skip) skip(error.message);
        throw error;
      }
    });
  }
});
