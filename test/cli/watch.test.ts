import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statement } from '../../src/store/connection/database.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { buildProgram, type Program } from '../support/program.ts';
import { type ServerProcess, startServerProcess } from '../support/serverProcess.ts';
import { waitFor } from '../support/waitFor.ts';
import { type FlowqlProcess, flowRunIdOf, RECORDINGS, startFlowql } from './flowqlProcess.ts';

let store: TestDatabase;
let program: Program;
let server: ServerProcess;

beforeAll(async () => {
  store = await testDatabase();
  program = await buildProgram();
  server = await startServerProcess(program, store.url);
});

afterAll(async () => {
  await server?.kill();
  await program?.remove();
  await store?.drop();
});

const flowql = (command: string, ...options: string[]) =>
  startFlowql(program, command, '--url', `${server.url}/graphql`, ...options);

/** Starts a replay of a recording and waits until its run exists. */
async function replaying(name: string, speed: string): Promise<{ replay: FlowqlProcess; flowRunId: string }> {
  const replay = flowql('replay', path.join(RECORDINGS, `regional-etl.${name}.run.jsonl`), '--speed', speed);
  await waitFor(() => flowRunIdOf(replay) !== null);
  return { replay, flowRunId: flowRunIdOf(replay) ?? '' };
}

interface Line {
  stream: string;
  skipped: number;
  state?: { id: string };
  log?: { number: number };
}
const linesOf = ({ stdout }: FlowqlProcess): Line[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** Returns the lines of a watcher by stream. */
function seen(watcher: FlowqlProcess) {
  const lines = linesOf(watcher);
  const of = (name: string) => lines.filter(({ stream }) => stream === name);
  return {
    states: of('flowRunStates').map(({ state }) => state?.id),
    taskStates: of('taskRunStates').map(({ state }) => state?.id),
    logs: of('logs').map(({ log }) => log?.number),
  };
}

/** Returns the same from the tables. */
async function stored(flowRunId: string) {
  const list = async (name: string, sql: string) =>
    (await store.database.query<{ value: string | number }>(statement(name, sql), [flowRunId])).map(
      ({ value }) => value,
    );
  return {
    states: await list('test.states', 'select id as value from flow_run_state where flow_run_id = $1 order by version'),
    taskStates: await list(
      'test.taskStates',
      'select id as value from task_run_state where flow_run_id = $1 order by position',
    ),
    logs: await list('test.logs', 'select number as value from log where run_id = $1 order by number'),
  };
}

test.each([
  ['success', 0],
  ['failed', 1],
])('flowql watch prints each state and log line of a running run (%s) once and in order', async (name, code) => {
  const { replay, flowRunId } = await replaying(name, '2');
  const watcher = flowql('watch', flowRunId, '--json');
  expect(await watcher.ended, watcher.stderr).toBe(code);
  expect(await replay.ended, replay.stderr).toBe(0);
  expect(seen(watcher)).toEqual(await stored(flowRunId));
  expect(watcher.stderr).toBe('');
});

test('flowql watch misses nothing if the server is killed and restarted', async () => {
  const { replay, flowRunId } = await replaying('success', '0.4');
  replay.pause();
  const watcher = flowql('watch', flowRunId, '--json');
  await waitFor(() => linesOf(watcher).length > 0);
  replay.resume();
  await waitFor(() => linesOf(watcher).length > 60);
  replay.pause(); // so that enough is left to watch
  const before = linesOf(watcher).length;
  const { url } = server;
  await server.kill();
  await waitFor(() => watcher.stderr.includes('reconnecting'));
  server = await startServerProcess(program, store.url, Number(new URL(url).port));
  replay.resume();
  expect(await watcher.ended, watcher.stderr).toBe(0);
  expect(await replay.ended, replay.stderr).toBe(0);
  expect(seen(watcher)).toEqual(await stored(flowRunId));
  expect(linesOf(watcher).length).toBeGreaterThan(before + 60); // the server was killed halfway
  expect(watcher.stderr.match(/reconnecting/g)).toHaveLength(1);
});

test('flowql watch prints a finished run as a table', async () => {
  const { replay, flowRunId } = await replaying('failed', 'max');
  await replay.ended;
  const watcher = flowql('watch', flowRunId);
  expect(await watcher.ended).toBe(1);
  expect(watcher.stdout.trimEnd().split('\n')).toHaveLength(225);
  expect(watcher.stdout).toMatch(/^[\d:.]{12} {2}FAILED {6}flow run {18}Failed: Some reference tasks failed\.$/m);
  expect(watcher.stdout).toMatch(/^01:08:00\.862 {2}FAILED {6}extract-1\[3\] {14}Failed: Error during execution/m);
  expect(watcher.stdout).toMatch(/^01:08:00\.563 {2}INFO {8}prefect\.FlowRunner {8}Beginning Flow run/m);
});

test('flowql watch ends if its output is closed', async () => {
  const { replay, flowRunId } = await replaying('success', '1');
  const watcher = flowql('watch', flowRunId);
  await waitFor(() => watcher.stdout.split('\n').length > 3);
  watcher.stopReading();
  expect(await watcher.ended).toBe(141); // as if SIGPIPE had ended it: the run has not completed
  expect(watcher.stderr).toBe('');
  await replay.ended;
});

test.each([
  ['an unknown run', '01a1fdb1-7784-7157-9850-838d5d07c400', /not found/],
  ['a malformed id', 'nonsense', /not an id/],
])('flowql watch reports %s in one line and ends with 2', async (_, id, said) => {
  const watcher = flowql('watch', id);
  expect(await watcher.ended).toBe(2);
  expect(watcher.stderr).toMatch(said);
});

test('flowql watch does not wait for a server that was never reachable', async () => {
  const watcher = startFlowql(
    program,
    'watch',
    '01a1fdb1-7784-7157-9850-838d5d07c400',
    '--url',
    'http://127.0.0.1:9/graphql',
  );
  expect(await watcher.ended).toBe(2);
  expect(watcher.stderr).toBe('no FlowQL server answers at http://127.0.0.1:9/graphql\n');
});
