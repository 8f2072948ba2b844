import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statement } from '../../src/store/connection/database.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { buildProgram, type Program } from '../support/program.ts';
import { type ServerProcess, startServerProcess } from '../support/serverProcess.ts';
import { waitFor } from '../support/waitFor.ts';
import { flowRunIdOf, RECORDINGS, startFlowql } from './flowqlProcess.ts';
import { startLossyProxy } from './lossyProxy.ts';

let store: TestDatabase;
let program: Program;
let server: ServerProcess;
let directory: string;

beforeAll(async () => {
  store = await testDatabase();
  program = await buildProgram();
  server = await startServerProcess(program, store.url);
  directory = await mkdtemp(path.join(tmpdir(), 'flowql-replay-'));
});

afterAll(async () => {
  await server?.kill();
  await program?.remove();
  await store?.drop();
  await rm(directory, { recursive: true, force: true });
});

const replay = (file: string, ...options: string[]) =>
  startFlowql(program, 'replay', file, '--url', `${server.url}/graphql`, ...options);
const recording = (name: string) => path.join(RECORDINGS, `regional-etl.${name}.run.jsonl`);

async function recorded(...lines: object[]): Promise<string> {
  const file = path.join(directory, 'made.jsonl');
  await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'));
  return file;
}
const LOG = { at: '2026-11-21T01:08:00.5Z', kind: 'log', level: 'INFO', name: 'n', message: 'm', task_slug: null };

/** Counts the states, task run states and log lines of a flow run. */
async function held(flowRunId: string | null): Promise<number[]> {
  const [row] = await store.database.query<{ held: number[] }>(
    statement(
      'test.held',
      `select array[
        (select count(*)::int from flow_run_state where flow_run_id = $1),
        (select count(*)::int from task_run_state where flow_run_id = $1),
        (select count(*)::int from log where flow_run_id = $1)] as held`,
    ),
    [flowRunId],
  );
  return row?.held ?? [];
}

test.each([
  ['success', 149],
  ['failed', 150],
])('flowql replay plays the recording of a run (%s) and checks that the server stored it', async (name, logs) => {
  const replaying = replay(recording(name), '--speed', 'max');
  expect(await replaying.ended, replaying.stderr).toBe(0);
  expect(replaying.stdout).toMatch(/^flow run \S+\nplayed 2 flow run states, 72 task run states, \d+ log lines in /);
  expect(replaying.stdout).toContain('the data on the server matches the file');
  expect(replaying.stderr).toContain('of 22'); // the progress
  expect(await held(flowRunIdOf(replaying))).toEqual([3, 72, logs]);
});

test('flowql replay plays lines of a megabyte', async () => {
  const message = 'm'.repeat(900_000);
  const replaying = replay(await recorded(...Array.from({ length: 6 }, () => ({ ...LOG, message }))), '--speed', 'max');
  expect(await replaying.ended, replaying.stderr).toBe(0);
  expect(await held(flowRunIdOf(replaying))).toEqual([1, 0, 6]);
});

test('flowql replay sends every digit of the recording', async () => {
  const file = path.join(directory, 'digits.jsonl');
  const state = '{"type": "Running", "_result": {"value": [12345678901234567890, 1.0]}}';
  await writeFile(file, `{"at": "${LOG.at}", "kind": "flow_state", "old": "Scheduled", "state": ${state}}`);
  const replaying = replay(file, '--speed', 'max');
  expect(await replaying.ended, replaying.stderr).toBe(0);
  const rows = await store.database.query<{ value: string }>(
    statement(
      'test.digits',
      `select data->'_result'->>'value' as value from flow_run_state where flow_run_id = $1 and data is not null`,
    ),
    [flowRunIdOf(replaying)],
  );
  expect(rows).toEqual([{ value: '[12345678901234567890, 1.0]' }]);
});

test('flowql replay takes the time of the recording divided by the speed', async () => {
  // At normal speed, an hour would pass and the test would time out.
  const replaying = replay(await recorded(LOG, { ...LOG, at: '2026-11-21T02:08:00.5Z' }), '--speed', '1800');
  expect(await replaying.ended, replaying.stderr).toBe(0);
  const [, seconds] = /in ([\d.]+) s/.exec(replaying.stdout) ?? [];
  expect(Number(seconds)).toBeGreaterThanOrEqual(2);
});

test('flowql replay loses and repeats nothing if the server is killed and restarted', async () => {
  const replaying = replay(recording('failed'), '--speed', '0.5');
  await waitFor(() => /1\d\d of 224/.test(replaying.stderr));
  const { url } = server;
  await server.kill();
  await waitFor(() => replaying.stderr.includes('retrying'));
  server = await startServerProcess(program, store.url, Number(new URL(url).port));
  expect(await replaying.ended, replaying.stderr).toBe(0);
  expect(replaying.stderr.match(/retrying/g)).toHaveLength(1);
  expect(await held(flowRunIdOf(replaying))).toEqual([3, 72, 150]);
});

test('flowql replay retries after lost answers and repeats nothing', async () => {
  const proxy = await startLossyProxy(server.url);
  const replaying = startFlowql(program, 'replay', recording('success'), '--url', `${proxy.url}/graphql`);
  expect(await replaying.ended, replaying.stderr).toBe(0);
  proxy.close();
  expect(proxy.lost()).toBeGreaterThan(10);
  expect(await held(flowRunIdOf(replaying))).toEqual([3, 72, 149]);
});

test('flowql replay sends nothing of a file with a bad line', async () => {
  const replaying = replay(await recorded(LOG, { ...LOG, level: 'LOUD' }));
  expect(await replaying.ended).toBe(1);
  expect(replaying.stdout).toBe('');
  expect(replaying.stderr).toMatch(/nothing was sent:\n {2}line 2: "level": /);
});

test('flowql replay reports rejected lines and misses them at the end', async () => {
  const replaying = replay(await recorded(LOG, { ...LOG, name: '' }), '--speed', 'max');
  expect(await replaying.ended).toBe(1);
  expect(replaying.stderr).toMatch(/The server rejected:\n {2}line 2: /);
  expect(replaying.stderr).toMatch(
    /The data on the server differs from the file:\n {2}log line 2: .* the server has none/,
  );
});

test.each([
  ['a missing file', ['nowhere.jsonl'], 2, /^No such file/],
  ['a speed below zero', [recording('failed'), '--speed', '-1'], 2, /greater than 0, or max/],
  ['a malformed URL', [recording('failed'), '--url', 'localhost'], 2, /start with http/],
])('flowql replay reports %s in one line', async (_, [file = '', ...options], code, said) => {
  const replaying = replay(file, ...options);
  expect(await replaying.ended).toBe(code);
  expect(replaying.stderr).toMatch(said);
});
