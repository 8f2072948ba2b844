import type { ChangePlace } from '../../store/flowRuns/flowRunChanges.ts';
import { isBefore } from './changeCursor.ts';
import type { FlowRunChangesEvent } from './changeEvent.ts';

const MAX_CHANGES = 1_000;

/** An event, and the place after it. */
export interface PlacedEvent {
  to: ChangePlace;
  event: FlowRunChangesEvent;
}

/** The first event that ends after a place; FORGOTTEN if the window no longer holds every event after that place. */
export type NextEvent = PlacedEvent | 'NONE' | 'FORGOTTEN';

/** The newest events of a filter, shared by all its followers. The last event is always kept, regardless of its size. */
export class ChangeWindow {
  private readonly events: PlacedEvent[] = [];
  private size = 0;
  private from: ChangePlace;
  /** How far the changes have been read. */
  to: ChangePlace;

  constructor(place: ChangePlace) {
    this.from = place;
    this.to = place;
  }

  push(placed: PlacedEvent): void {
    this.to = placed.to;
    this.events.push(placed);
    this.size += weight(placed);
    while (this.size > MAX_CHANGES && this.events.length > 1) {
      const [forgotten] = this.events.splice(0, 1);
      if (!forgotten) return;
      this.size -= weight(forgotten);
      this.from = forgotten.to;
    }
  }

  next(place: ChangePlace): NextEvent {
    if (isBefore(place, this.from)) return 'FORGOTTEN';
    return this.events.find(({ to }) => isBefore(place, to)) ?? 'NONE';
  }
}

const weight = ({ event }: PlacedEvent) => 1 + event.changes.length;
