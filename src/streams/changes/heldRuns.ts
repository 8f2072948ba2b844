/** Up to here a subscriber hears only of runs that it may know; an id takes about 100 bytes. */
export const MAX_HELD_RUNS = 10_000;

export type ChangeKind = 'ENTERED' | 'UPDATED' | 'LEFT';

/**
 * The runs that some subscriber of a filter may hold: whoever holds a run that no longer matches must hear so, and whoever
 * watches a narrow filter on a busy server must not hear of every run that changes. When they become too many, the set
 * stops being complete, and from then on every run that does not match is told as LEFT.
 */
export class HeldRuns {
  private readonly ids: Set<string>;

  /** `complete` is false where `ids` are not all. */
  constructor(
    ids: Iterable<string>,
    private complete: boolean,
  ) {
    this.ids = new Set(ids);
  }

  /** What a change of this run is to the subscribers; null where it is nothing. */
  change(id: string, matches: boolean): ChangeKind | null {
    if (!matches) return this.ids.delete(id) || !this.complete ? 'LEFT' : null;
    const kind = this.ids.has(id) ? 'UPDATED' : 'ENTERED';
    this.add([id]);
    return kind;
  }

  /** Null stands for more runs than can be named. */
  add(ids: Iterable<string> | null): void {
    if (ids === null) this.complete = false;
    for (const id of ids ?? []) {
      this.ids.add(id);
      const [oldest] = this.ids;
      if (this.ids.size <= MAX_HELD_RUNS || oldest === undefined) continue;
      this.ids.delete(oldest);
      this.complete = false;
    }
  }
}
