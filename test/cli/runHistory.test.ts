import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseRecording, type RecordedEvent } from '../../src/cli/recording.ts';
import { historyDifferences, historyOfRecording } from '../../src/cli/runHistory.ts';
import { RECORDINGS } from './flowqlProcess.ts';

const { events } = parseRecording(readFileSync(path.join(RECORDINGS, 'regional-etl.failed.run.jsonl'), 'utf8'));
const history = historyOfRecording(events);

/** The history of the recording with one event changed. */
const changed = (kind: RecordedEvent['kind'], change: (event: RecordedEvent) => RecordedEvent[]) => {
  const at = events.findIndex((event) => event.kind === kind);
  return historyOfRecording(events.flatMap((event, index) => (index === at ? change(event) : [event])));
};

test('the history of a recording contains all states and log lines, including the first state', () => {
  expect(history.flowRunStates).toEqual([
    'SCHEDULED "Scheduled" null',
    'RUNNING "Running" "Running flow."',
    'FAILED "Failed" "Some reference tasks failed."',
  ]);
  expect([...history.taskRunStates.values()].flat()).toHaveLength(72);
  expect(history.taskRunStates.get('extract-1[3]')?.[1]).toBe(
    `2026-11-21T01:08:00.862321Z FAILED "Failed" "Error during execution of task: ConnectionError('region 3 did not answer')"`,
  );
  expect(history.logs).toHaveLength(150);
  expect(historyDifferences(history, historyOfRecording(events))).toEqual([]);
});

test.each<
  [what: string, kind: RecordedEvent['kind'], change: (event: RecordedEvent) => RecordedEvent[], first: RegExp]
>([
  ['a log line is missing', 'log', () => [], /^log line 1: the file has .*Beginning Flow run/],
  ['a log line is there twice', 'log', (event) => [event, event], /^log line 2: the file has /],
  ['a time is a microsecond off', 'log', (event) => [{ ...event, at: event.at + 1 }], /^log line 1: .*563415Z/],
  ['a state is missing', 'task_state', () => [], /^task run countdown-1\[-1\], state 1: the file has .*RUNNING/],
  ['a state is there twice', 'task_state', (event) => [event, event], /^task run countdown-1\[-1\], state 2: /],
  [
    'a state of the flow run is missing',
    'flow_state',
    () => [],
    /^flow run, state 1: the file has SCHEDULED .*, the server has RUNNING/,
  ],
])('the first difference between histories is reported if %s', (_, kind, change, first) => {
  expect(historyDifferences(history, changed(kind, change))[0]).toMatch(first);
});
