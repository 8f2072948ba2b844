import { expect, test } from 'vitest';
import { parseRecording } from '../../src/cli/recording.ts';

const LOG = { at: '2026-11-21T01:08:00.563414Z', kind: 'log', level: 'INFO', name: 'n', message: 'm', task_slug: null };
const STATE = {
  at: LOG.at,
  kind: 'flow_state',
  old: 'Scheduled',
  state: { type: 'Running', message: null, _result: 1 },
};
const TASK = { at: LOG.at, kind: 'task_state', task_slug: 't', map_index: null, state: { type: 'Success' } };

test.each<[what: string, line: unknown, fault: RegExp]>([
  ['text that is not JSON', 'nonsense', /^line 2: not a JSON object$/],
  ['a list', [LOG], /^line 2: not a JSON object$/],
  ['a number', 7, /^line 2: not a JSON object$/],
  ['an unknown kind', { ...LOG, kind: 'artifact' }, /^line 2: "kind": .*'flow_state'/],
  ['no time', { ...LOG, at: undefined }, /^line 2: "at": /],
  ['a malformed time', { ...LOG, at: '31 November' }, /^line 2: "at": "31 November" is not an RFC 3339 time/],
  ['an unknown level', { ...LOG, level: 'LOUD' }, /^line 2: "level": /],
  ['no message', { ...LOG, message: null }, /^line 2: "message": /],
  ['an unknown state', { ...STATE, state: { type: 'Asleep' } }, /"state.type": "Asleep" is not a Prefect 1 state/],
  ['an unknown former state', { ...STATE, old: 'Asleep' }, /"old": "Asleep" is not a Prefect 1 state/],
  ['no state', { ...STATE, state: undefined }, /^line 2: "state": /],
  ['a task without a slug', { ...TASK, task_slug: null }, /^line 2: "task_slug": /],
  ['a map index below -1', { ...TASK, map_index: -2 }, /^line 2: "map_index": /],
  ['two faults', { ...LOG, level: 'LOUD', message: 1 }, /^line 2: "level": .*; "message": /],
])('a recording line with %s is reported with its number', (_, line, fault) => {
  const text = typeof line === 'string' ? line : JSON.stringify(line);
  const { events, faults } = parseRecording(`${JSON.stringify(LOG)}\n${text}\n`);
  expect(faults).toEqual([expect.stringMatching(fault)]);
  expect(events.map((event) => event.line)).toEqual([1]);
});

test('an empty recording is reported', () => {
  expect(parseRecording('\n\n').faults).toEqual(['line 1: the file is empty']);
});

test('recording lines are read with their numbers, exact times and unchanged states', () => {
  const { events, faults } = parseRecording([LOG, STATE, TASK].map((line) => JSON.stringify(line)).join('\n\n'));
  expect(faults).toEqual([]);
  expect(events).toEqual([
    { ...LOG, at: 1_795_223_280_563_414, level: 20, line: 1, length: JSON.stringify(LOG).length },
    { ...STATE, at: 1_795_223_280_563_414, line: 3, length: JSON.stringify(STATE).length },
    { ...TASK, at: 1_795_223_280_563_414, line: 5, length: JSON.stringify(TASK).length },
  ]);
});
