import { setImmediate } from 'node:timers/promises';

/**
 * Collects items and processes them in rounds, one round at a time. The first round takes all items added in the same
 * turn of the event loop, each later one those added during the previous round. So rounds grow with the load, and no
 * item waits for a timer. An item that is added during a round is processed again in the next one: the round may have
 * read it before it changed.
 */
export class Rounds<Item> {
  private gathered = new Set<Item>();
  private running: Promise<void> | null = null;

  /** `work` must not reject. */
  constructor(private readonly work: (items: Item[]) => Promise<void>) {}

  get size(): number {
    return this.gathered.size;
  }

  add(item: Item): void {
    this.gathered.add(item);
    this.running ??= this.run();
  }

  /** Resolves when no item is left. */
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
