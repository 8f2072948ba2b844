import { LRUCache } from 'lru-cache';
import type { Instant } from '../../core/values/instant.ts';
import { roughSize } from '../../core/values/roughSize.ts';

const MAX_BYTES = 10_000_000;
/** An entry that takes this share of the whole cache is not kept. */
const MAX_ENTRY_BYTES = 100_000;

/**
 * Keeps recently read or written rows, so that they need not be read again. Another process may have changed them
 * since. Use an entry only for a write that checks that the row is unchanged.
 */
export class Recent<Value extends { now: Instant }> {
  private readonly kept: LRUCache<string, { value: Value; at: number }>;

  constructor(forMs: number) {
    this.kept = new LRUCache({
      ttl: forMs,
      maxSize: MAX_BYTES,
      maxEntrySize: MAX_ENTRY_BYTES,
      sizeCalculation: ({ value }) => roughSize(value),
    });
  }

  /** The entry with the database's clock advanced by the time since. */
  recall(key: string): Value | null {
    const found = this.kept.get(key);
    if (!found) return null;
    const passed = Math.round((performance.now() - found.at) * 1000);
    return { ...found.value, now: found.value.now + passed };
  }

  keep(key: string, value: Value): void {
    this.kept.set(key, { value, at: performance.now() });
  }

  forget(key: string): void {
    this.kept.delete(key);
  }
}
