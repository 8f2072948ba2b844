import { setTimeout as wait } from 'node:timers/promises';
import type { RecordedEvent } from './recording.ts';

/** Node fires a timer of more than 24 days immediately. */
const LONGEST_TIMER_MS = 86_400_000;

/** Computes when each event is due. Times in the file may go back; an event is never due before the previous one. */
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
