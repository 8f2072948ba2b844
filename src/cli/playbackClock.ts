import { setTimeout as wait } from 'node:timers/promises';
import type { RecordedEvent } from './recording.ts';

/** Timers of Node end at once when they are longer than 24 days. */
const LONGEST_TIMER_MS = 86_400_000;

/** When an event is due. A file may jump back in time, playing it may not: nothing is due before what stands above it. */
export function playbackClock(events: RecordedEvent[], speed: number) {
  const start = performance.now();
  const dueAt: number[] = [];
  for (const event of events) {
    const sinceFirstMs = (event.at - (events[0]?.at ?? event.at)) / 1000;
    dueAt.push(Math.max(dueAt.at(-1) ?? start, start + sinceFirstMs / speed));
  }
  const msUntil = (position: number) => (dueAt[position] ?? start) - performance.now();
  return {
    isDue: (position: number) => msUntil(position) <= 0,
    /** Waits until the event is due. */
    async reach(position: number) {
      while (msUntil(position) > 0) await wait(Math.min(msUntil(position), LONGEST_TIMER_MS));
    },
  };
}
