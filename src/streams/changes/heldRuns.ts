/** The maximum number of runs to remember. An id takes about 100 bytes. */
export const MAX_HELD_RUNS = 10_000;

export type ChangeKind = 'ENTERED' | 'UPDATED' | 'LEFT';

/**
 * The runs that at least one subscriber of a filter may hold. A subscriber must get a LEFT for a run that it holds and
 * that no longer matches, but not for every run of a busy server that never matched. If there are too many runs, the
 * set becomes incomplete, and from then on every changed run that does not match is sent as LEFT.
 */
export class HeldRuns {
  private readonly ids: Set<string>;

  /** `complete` is false if `ids` are not all runs. */
  constructor(
    ids: Iterable<string>,
    private complete: boolean,
  ) {
    this.ids = new Set(ids);
  }

  /** Returns the kind of a change for the subscribers; null if there is nothing to send. */
  change(id: string, matches: boolean): ChangeKind | null {
    if (!matches) return this.ids.delete(id) || !this.complete ? 'LEFT' : null;
    const kind = this.ids.has(id) ? 'UPDATED' : 'ENTERED';
    this.add([id]);
    return kind;
  }

  /** Null stands for too many runs to list. */
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
