import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram, type Program, type ServerProcess, startServerProcess } from '../../race/serverProcess.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { GROUPS } from './allCases.ts';
import { type Api, Skip } from './api.ts';
import { runCase } from './conformanceCase.ts';
import { connectFlowql } from './flowqlAdapter.ts';
import { CELLS, cellTitle, type Matrix, openMatrix } from './matrix.ts';

// FlowQL means what Prefect 3 means: the same cases and cells pass against a real Prefect 3 (README.md says how).

let database: TestDatabase;
let program: Program;
let server: ServerProcess;
let api: Api;
let matrix: Matrix;

beforeAll(async () => {
  database = await testDatabase();
  program = await buildProgram();
  server = await startServerProcess(program, database.url);
  api = connectFlowql(`${server.url}/graphql`);
  matrix = await openMatrix(api);
});

afterAll(async () => {
  await server?.kill();
  await program?.remove();
  await database?.drop();
});

function mustBeEmpty(failures: string[]): void {
  if (failures.length > 0) throw new Error(failures.join('\n'));
}

for (const { group, title, cases } of GROUPS) {
  describe.concurrent(`${group}: ${title}`, () => {
    for (const one of cases) {
      test(`${one.id} ${one.title}`, async ({ skip }) => {
        const { skipped, failures } = await runCase(one, api);
        if (skipped !== null) skip(skipped);
        mustBeEmpty(failures);
      });
    }
  });
}

test('the cases that the page of differences names are there', () => {
  const page = readFileSync(new URL('../../../docs/prefect3-differences.md', import.meta.url), 'utf8');
  const named = [...page.matchAll(/^\| ([A-P]\d\d) /gm)].map(([, id]) => id);
  const ids = GROUPS.flatMap(({ cases }) => cases.map(({ id }) => id));
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((id = '') => !ids.includes(id))).toEqual([]);
});

describe.concurrent('a step from one state to another', () => {
  for (const cell of CELLS) {
    test(cellTitle(cell), async ({ skip }) => {
      try {
        mustBeEmpty(await matrix.differences(cell));
      } catch (error) {
        if (error instanceof Skip) skip(error.message);
        throw error;
      }
    });
  }
});
