import type { ChangePlace } from '../../store/flowRuns/flowRunChanges.ts';
import { isBefore } from './changeCursor.ts';
import type { FlowRunChangesEvent } from './changeEvent.ts';

const MAX_CHANGES = 1_000;

/** An event, and the place behind it. */
export interface PlacedEvent {
  to: ChangePlace;
  event: FlowRunChangesEvent;
}

/** The newest events of a filter, kept for all who follow it; the newest one always, however many changes it has. */
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

  /** Whether every event behind this place is here. */
  reachesBackTo(place: ChangePlace): boolean {
    return !isBefore(place, this.from);
  }

  /** The first event that ends behind a place. */
  after(place: ChangePlace): PlacedEvent | undefined {
    return this.events.find(({ to }) => isBefore(place, to));
  }
}

const weight = ({ event }: PlacedEvent) => 1 + event.changes.length;
