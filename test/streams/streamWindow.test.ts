import { expect, test } from 'vitest';
import type { Log } from '../../src/core/runs/run.ts';
import { StreamWindow } from '../../src/streams/runs/streamWindow.ts';
import { covers, eventAfter } from '../../src/streams/runs/stretch.ts';
import type { StreamEvent } from '../../src/streams/wakeUps/topic.ts';
import { positions, range } from './reading.ts';

const log = (position: number, message = 'line'): StreamEvent<Log> => ({
  position,
  cursor: `after ${position}`,
  skipped: 0,
  row: { id: 'x', number: position, flowRunId: 'x', taskRunId: null, timestamp: 0, level: 20, name: 'test', message },
});

test('a window is empty at the head of its stream', () => {
  const window = new StreamWindow(7);
  expect(covers(window, 7)).toBe(false);
  expect([window.from, window.to]).toEqual([7, 7]);
});

test('a window keeps the newest 512 events', () => {
  const window = new StreamWindow(0);
  window.push(range(1, 500).map((position) => log(position)));
  window.push(range(501, 1000).map((position) => log(position)));
  expect(positions(window.events)).toEqual(range(489, 1000));
  expect([window.from, window.to]).toEqual([488, 1000]);
});

test('a window keeps about a megabyte and always the newest event', () => {
  const window = new StreamWindow(0);
  window.push(range(1, 20).map((position) => log(position, 'x'.repeat(100_000))));
  expect(positions(window.events)).toEqual(range(12, 20));
  expect(window.from).toBe(11);
  window.push([log(21, 'x'.repeat(5_000_000))]);
  expect(positions(window.events)).toEqual([21]);
  window.push([log(22)]);
  expect(positions(window.events)).toEqual([22]);
});

test.each([
  [3, 5],
  [4, 5],
  [5, 9],
  [8, 9],
  [9, undefined],
])('the window returns the event after position %d: %s', (position, next) => {
  const stretch = { from: 3, to: 12, events: [log(5), log(9)] };
  expect(covers(stretch, position)).toBe(true);
  expect(eventAfter(stretch, position)?.position).toBe(next);
});

test.each([2, 12, 13])('a window of positions 3 to 12 does not cover position %d', (position) => {
  expect(covers({ from: 3, to: 12, events: [log(5), log(9)] }, position)).toBe(false);
});
