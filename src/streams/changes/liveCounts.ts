import { STATE_TYPES, type StateType } from '../../core/runs/state.ts';

export type StateTypeCounts = ReadonlyMap<StateType, number>;

const LEAST_PAUSE_MS = 1_000;
/** Counting uses at most a tenth of one connection's time. */
const PAUSE_PER_COUNT = 10;

interface LiveCountsOptions {
  read: () => Promise<StateTypeCounts>;
  isWanted: () => boolean;
  /** Called when the counts have changed. */
  changed: () => void;
  onError: (error: unknown) => void;
}

/** The counts of the runs that match a filter, renewed after changes, about once a second, while they are wanted. */
export class LiveCounts {
  current: StateTypeCounts | null = null;
  /** Grows with each change of the counts. */
  number = 0;
  private isStale = true;
  private counting: Promise<StateTypeCounts> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private mayCountFrom = 0;

  constructor(private readonly options: LiveCountsOptions) {}

  /** Returns the current counts, or counts again if they are stale and no renewal is scheduled. */
  async get(): Promise<StateTypeCounts> {
    if (this.current && (!this.isStale || this.timer)) return this.current;
    return this.count();
  }

  /** Runs have changed. */
  touch(): void {
    this.isStale = true;
    if (this.timer || !this.options.isWanted()) return;
    this.timer = setTimeout(
      () => {
        this.timer = null;
        if (this.options.isWanted()) this.count().catch(this.failed);
      },
      Math.max(0, this.mayCountFrom - performance.now()),
    );
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  async settled(): Promise<void> {
    await this.counting?.catch(() => {});
  }

  private count(): Promise<StateTypeCounts> {
    this.counting ??= this.readOnce().finally(() => {
      this.counting = null;
      // Changes during the read may not have been counted.
      if (this.isStale) this.touch();
    });
    return this.counting;
  }

  private async readOnce(): Promise<StateTypeCounts> {
    const begun = performance.now();
    this.isStale = false;
    try {
      const counts = await this.options.read();
      if (!this.current || STATE_TYPES.some((type) => this.current?.get(type) !== counts.get(type))) {
        this.current = counts;
        this.number += 1;
        this.options.changed();
      }
      return counts;
    } catch (error) {
      this.isStale = true;
      throw error;
    } finally {
      const took = performance.now() - begun;
      this.mayCountFrom = performance.now() + Math.max(LEAST_PAUSE_MS, PAUSE_PER_COUNT * took);
    }
  }

  private readonly failed = (error: unknown): void => {
    this.options.onError(error);
    this.touch();
  };
}
