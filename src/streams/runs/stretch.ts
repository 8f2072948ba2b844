import type { StreamEvent } from '../wakeUps/topic.ts';

/**
 * A piece of a stream: every event above `from` and up to `to`, in order. Where a position between them has no event, no
 * such row exists.
 */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly events: readonly StreamEvent[];
}

/** Whether the stretch knows what comes next after this position. */
export const covers = (stretch: Stretch, position: number): boolean =>
  stretch.from <= position && position < stretch.to;

/** The first event after a position that the stretch covers; undefined where only deleted rows follow. */
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
