import type { StreamEvent } from '../wakeUps/topic.ts';
import type { Stretch } from './stretch.ts';

const MAX_EVENTS = 512;
const MAX_BYTES = 1_000_000;

/** The newest events of a stream, shared by all its followers. The last event is always kept, regardless of its size. */
export class StreamWindow implements Stretch {
  readonly events: StreamEvent[] = [];
  private readonly sizes: number[] = [];
  private bytes = 0;
  from: number;
  to: number;

  /** Creates an empty window at the head of the stream. */
  constructor(head: number) {
    this.from = head;
    this.to = head;
  }

  push(events: readonly StreamEvent[]): void {
    for (const event of events) {
      const size = roughBytes(event.row);
      this.events.push(event);
      this.sizes.push(size);
      this.bytes += size;
      this.to = event.position;
    }
    this.forgetOldest();
  }

  private forgetOldest(): void {
    let forgotten = 0;
    while (this.isTooLarge(this.events.length - forgotten)) {
      this.bytes -= this.sizes[forgotten] ?? 0;
      forgotten += 1;
    }
    this.sizes.splice(0, forgotten);
    this.from = this.events.splice(0, forgotten).at(-1)?.position ?? this.from;
  }

  private isTooLarge(length: number): boolean {
    return length > MAX_EVENTS || (length > 1 && this.bytes > MAX_BYTES);
  }
}

/** Counts strings and JSON, in which rows differ, and a constant for the rest of a row. */
function roughBytes(row: object): number {
  let bytes = 200;
  for (const value of Object.values(row)) {
    if (typeof value === 'string') bytes += value.length;
    else if (typeof value === 'object' && value !== null) bytes += JSON.stringify(value).length;
  }
  return bytes;
}
