import type { StreamEvent } from '../wakeUps/topic.ts';

/**
 * A section of a stream: all events after `from` and up to `to`, in order. If a position in between has no event, its
 * row does not exist.
 */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly events: readonly StreamEvent[];
}

/** Whether the stretch contains what follows this position. */
export const covers = (stretch: Stretch, position: number): boolean =>
  stretch.from <= position && position < stretch.to;

/** Returns the first event after a covered position; undefined if only deleted rows follow. */
export function eventAfter({ events }: Stretch, position: number): StreamEvent | undefined {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.position ?? 0) <= position) low = middle + 1;
    else high = middle;
  }
  return events[low];
}
