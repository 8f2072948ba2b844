import type { Instant } from '../../core/values/instant.ts';
import { beforeTransaction, type ChangePlace, type Changes } from '../../store/flowRuns/flowRunChanges.ts';
import type { LeanFlowRun } from '../../store/flowRuns/flowRuns.ts';
import { changeCursor, isBefore, readChangeCursor, wentBack } from './changeCursor.ts';
import type { FlowRunChange, FlowRunChangesEvent } from './changeEvent.ts';
import type { ChangePage } from './changeFollower.ts';
import { ChangeWindow, type PlacedEvent } from './changeWindow.ts';
import { HeldRuns } from './heldRuns.ts';
import type { LiveCounts } from './liveCounts.ts';

/** A cursor is renewed this often where much changes that does not match: who resumes has the less to go through. */
const FRESH_CURSOR_MS = 30_000;

/** What is known when a story begins. */
interface Beginning {
  /** The runs that match; null where they are too many. */
  ids: readonly string[] | null;
  horizon: number;
  now: Instant;
  databaseId: number;
}

/** How the runs that match a filter change, as it is told: what is read becomes events, and nothing is read here. */
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

  /** The place of a cursor; INVALID_CURSOR where it is not of this database. It may be ahead of this story. */
  placeOf(cursor: string): ChangePlace {
    return readChangeCursor(cursor, this.databaseId, Date.now() * 1000);
  }

  isBehind(place: ChangePlace): boolean {
    return isBefore(this.window.to, place);
  }

  /** What is new, told to all who are live. Whether there is an event. */
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

  /** The newest runs that match, for those who begin. */
  open(runs: readonly LeanFlowRun[]): PlacedEvent {
    this.held.add(runs.map(({ id }) => id));
    const { to } = this.window;
    const changes = runs.map((run): FlowRunChange => ({ kind: 'ENTERED', flowRunId: run.id, run }));
    return { to, event: this.event(to, changes, true) };
  }

  /** What changed before the window, for those who resume; of what such a subscriber holds, nothing is known. */
  page(from: ChangePlace, { changes, complete }: Changes): ChangePage {
    const to = complete ? beforeTransaction(this.window.to.transaction) : lastPlace(changes);
    const told = changes.map(
      ({ place: { id }, run }): FlowRunChange => ({ kind: run ? 'ENTERED' : 'LEFT', flowRunId: id, run }),
    );
    return { from, to, isLast: complete, event: told.length > 0 ? this.event(to, told) : null };
  }

  /** Runs that somebody may hold; null where they are too many to name. */
  hold(ids: readonly string[] | null): void {
    this.held.add(ids);
  }

  /** The counts, and nothing else; the same object until there is something newer. */
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
  if (!last) throw new Error('A read that is not complete has rows.');
  return last.place;
}
