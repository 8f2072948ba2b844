import type { Steps } from '../values/steps.ts';

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
    let first: { value: Value; source: number; head: (typeof heads)[number] } | null = null;
    for (const [source, head] of heads.entries())
      if (!head.next.done && (first === null || orderOf(head.next.value) < orderOf(first.value)))
        first = { value: head.next.value, source, head };
    if (first === null) return;
    yield first;
    first.head.next = first.head.values.next();
  }
}
