import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Prefect1LogLine, writePrefect1Logs } from '../../src/actions/prefect1Runs/writePrefect1Logs.ts';
import { viewer } from '../support/engine.ts';
import { NOON } from '../support/rows.ts';
import { openRunWorld, type RunWorld } from './runWorld.ts';

let t: RunWorld;
beforeAll(async () => {
  t = await openRunWorld();
});
afterAll(() => t.close());

const start = async () => t.start((await t.register()).id);
const write = (logs: Prefect1LogLine[]) => writePrefect1Logs(t.engine, viewer, logs);
const linesOf = (flowRunId: string) =>
  t.rows('select number, level, name, message, info from log where run_id = $1 order by number', [flowRunId]);

test('a Prefect 1 log line keeps its fields and an unknown level becomes INFO', async () => {
  const flowRunId = await start();
  const line = { flowRunId, timestamp: NOON, message: 'm\0', name: 'n', info: { a: [1, null] } };
  await write([{ ...line, level: 'ERROR' }, { ...line, level: 'TRACE' }, { flowRunId }]);
  expect(await linesOf(flowRunId)).toEqual([
    { number: 1, level: 40, name: 'n', message: 'm', info: { a: [1, null] } },
    { number: 2, level: 20, name: 'n', message: 'm', info: { a: [1, null] } },
    { number: 3, level: 20, name: '', message: '', info: null },
  ]);
});

test('Prefect 1 log lines of unknown runs are counted as rejected and the others are stored', async () => {
  const flowRunId = await start();
  const lines = [
    { flowRunId, message: 'a' },
    { flowRunId: v7() },
    { flowRunId, taskRunId: v7() },
    { flowRunId, message: 'b' },
  ];
  const { written, rejected } = await write(lines);
  expect([written, rejected.map(({ index }) => index)]).toEqual([2, [1, 2]]);
  expect(await linesOf(flowRunId)).toHaveLength(2);
});

test('a batch of Prefect 1 log lines that is sent again is written once', async () => {
  const flowRunId = await start();
  const batch = ['a', 'b', 'b'].map((message) => ({ flowRunId, timestamp: NOON, message, level: 'INFO' }));
  await Promise.all([write(batch), write(batch), write(batch)]);
  await write([...batch, { flowRunId, timestamp: NOON + 1, message: 'b', level: 'INFO' }]);
  const lines = await linesOf(flowRunId);
  expect(lines.map(({ number, message }) => [number, message])).toEqual([
    [1, 'a'],
    [2, 'b'],
    [3, 'b'],
    [4, 'b'],
  ]);
});
