import { LRUCache } from 'lru-cache';
import type { Instant } from '../../core/values/instant.ts';
import { roughSize } from '../../core/values/roughSize.ts';

const MAX_BYTES = 10_000_000;
/** What is this much of the whole is not worth the others' room. */
const MAX_ENTRY_BYTES = 100_000;

/**
 * What was read or written a moment ago, so that it need not be read again. Another process may have changed it since: it is
 * good for a write that takes place only if nothing has changed, and for nothing else.
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

  /** With the database's clock as it must stand by now. */
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
