import type { Steps } from '../recurrences/steps.ts';

/** Merges sources that are in order; equal values come in the order of their sources. Each value spends a step a source. */
export function* mergedInOrder<Value>(
  sources: readonly Iterable<Value>[],
  orderOf: (value: Value) => number,
  steps: Steps,
): Generator<{ value: Value; source: number }> {
  const heads = sources.map((source) => {
    const values = source[Symbol.iterator]();
    return { values, next: values.next() };
  });
  while (true) {
    steps.spend(heads.length);
    let first: { value: Value; source: number } | null = null;
    for (const [source, { next }] of heads.entries())
      if (!next.done && (first === null || orderOf(next.value) < orderOf(first.value)))
        first = { value: next.value, source };
    if (first === null) return;
    yield first;
    const head = heads[first.source];
    if (head) head.next = head.values.next();
  }
}
