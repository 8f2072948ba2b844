import { setImmediate } from 'node:timers/promises';

/**
 * Gathers items and works them off in rounds, one round at a time. The first round takes all that is added in the same turn
 * of the event loop, each later one all that came during the round before: the busier it is, the more share a round, and
 * nothing waits for a timer. An item added during a round is in the next one, even if it is in the present one too: a
 * round may have looked before the item changed.
 */
export class Rounds<Item> {
  private gathered = new Set<Item>();
  private running: Promise<void> | null = null;

  /** `work` settles its failures itself. */
  constructor(private readonly work: (items: Item[]) => Promise<void>) {}

  get size(): number {
    return this.gathered.size;
  }

  add(item: Item): void {
    this.gathered.add(item);
    this.running ??= this.run();
  }

  /** Resolves when nothing is left to do. */
  async settled(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    await setImmediate();
    while (this.gathered.size > 0) {
      const items = [...this.gathered];
      this.gathered.clear();
      await this.work(items);
    }
    this.running = null;
  }
}
