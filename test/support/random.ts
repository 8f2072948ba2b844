/** Pseudorandom numbers that are the same in every test run (mulberry32). */
export function random(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    one: <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value, // The cast: no list is empty.
    some: <Value>(values: readonly Value[]): Value[] => values.filter(() => next() < 0.4),
  };
}
