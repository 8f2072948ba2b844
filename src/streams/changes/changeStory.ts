import type { Instant } from '../../core/values/instant.ts';
import { beforeTransaction, type ChangePlace, type Changes } from '../../store/flowRuns/flowRunChanges.ts';
import type { LeanFlowRun } from '../../store/flowRuns/flowRuns.ts';
import { changeCursor, isBefore, readChangeCursor, wentBack } from './changeCursor.ts';
import type { FlowRunChange, FlowRunChangesEvent } from './changeEvent.ts';
import type { ChangePage } from './changeFollower.ts';
import { ChangeWindow, type PlacedEvent } from './changeWindow.ts';
import { HeldRuns } from './heldRuns.ts';
import type { LiveCounts } from './liveCounts.ts';

/** How often to renew the cursor while only other runs change: resuming then reads fewer changes. */
const FRESH_CURSOR_MS = 30_000;

/** The facts at the start of a story. */
interface Beginning {
  /** The runs that match; null if there are too many. */
  ids: readonly string[] | null;
  horizon: number;
  now: Instant;
  databaseId: number;
}

/** Turns the changes of the runs that match a filter into events. It reads nothing itself. */
export class ChangeStory {
  readonly window: ChangeWindow;
  private readonly held: HeldRuns;
  private readonly databaseId: number;
  private readAt: Instant;
  private lastEventAt = performance.now();
  private lastCounts: { number: number; to: ChangePlace; event: FlowRunChangesEvent } | null = null;

  constructor(
    { ids, horizon, now, databaseId }: Beginning,
    private readonly counts: LiveCounts,
  ) {
    this.window = new ChangeWindow(beforeTransaction(horizon));
    this.held = new HeldRuns(ids ?? [], ids !== null);
    this.databaseId = databaseId;
    this.readAt = now;
  }

  /** Returns the place of a cursor, which may be ahead of this story. Throws INVALID_CURSOR. */
  placeOf(cursor: string): ChangePlace {
    return readChangeCursor(cursor, this.databaseId, Date.now() * 1000);
  }

  isBehind(place: ChangePlace): boolean {
    return isBefore(this.window.to, place);
  }

  /** Adds new changes to the window, for live followers. Returns whether there is an event. */
  goOn({ changes, complete, horizon, now }: Changes): boolean {
    if (horizon < this.window.to.transaction) throw wentBack();
    this.readAt = now;
    const told = changes.flatMap(({ place, run }): FlowRunChange[] => {
      const kind = this.held.change(place.id, run !== null);
      return kind ? [{ kind, flowRunId: place.id, run }] : [];
    });
    const to = complete ? beforeTransaction(horizon) : lastPlace(changes);
    if (told.length === 0 && performance.now() < this.lastEventAt + FRESH_CURSOR_MS) {
      this.window.to = to;
      return false;
    }
    this.lastEventAt = performance.now();
    this.window.push({ to, event: this.event(to, told) });
    return true;
  }

  /** Returns a snapshot of the newest matching runs, for new followers. */
  open(runs: readonly LeanFlowRun[]): PlacedEvent {
    this.held.add(runs.map(({ id }) => id));
    const { to } = this.window;
    const changes = runs.map((run): FlowRunChange => ({ kind: 'ENTERED', flowRunId: run.id, run }));
    return { to, event: this.event(to, changes, true) };
  }

  /** Returns a page of changes before the window, for followers that resume. Which runs they hold is unknown. */
  page(from: ChangePlace, { changes, complete }: Changes): ChangePage {
    const to = complete ? beforeTransaction(this.window.to.transaction) : lastPlace(changes);
    const told = changes.map(
      ({ place: { id }, run }): FlowRunChange => ({ kind: run ? 'ENTERED' : 'LEFT', flowRunId: id, run }),
    );
    return { from, to, isLast: complete, event: told.length > 0 ? this.event(to, told) : null };
  }

  /** Adds runs that a follower may hold; null if there are too many. */
  hold(ids: readonly string[] | null): void {
    this.held.add(ids);
  }

  /** Returns an event with the counts only. It is the same object until counts or window change. */
  countsEvent(): FlowRunChangesEvent {
    const { to } = this.window;
    const { number } = this.counts;
    if (this.lastCounts?.number !== number || this.lastCounts.to !== to)
      this.lastCounts = { number, to, event: this.event(to, []) };
    return this.lastCounts.event;
  }

  private event(place: ChangePlace, changes: readonly FlowRunChange[], isSnapshot = false): FlowRunChangesEvent {
    const { counts, databaseId, readAt } = this;
    return {
      cursor: changeCursor({ databaseId, place, readAt }),
      isSnapshot,
      changes,
      get counts() {
        return counts.current;
      },
    };
  }
}

function lastPlace(changes: Changes['changes']): ChangePlace {
  const last = changes.at(-1);
  if (!last) throw new Error('An incomplete read must have rows.');
  return last.place;
}
