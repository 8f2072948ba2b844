import { median, readable } from './figures.mjs';

const LOOPS = 50_000_000;
const times = [];

/** How many times as long as its fastest run the last fixed loop took. Above 1, another program used the processor. */
export function listen() {
  const start = performance.now();
  let mixed = 1;
  for (let loop = 0; loop < LOOPS; loop++) mixed = (Math.imul(mixed, 1_664_525) + 1_013_904_223) | 0;
  // The result is used, so that the compiler keeps the loop.
  times.push(performance.now() - start + (mixed & 0));
  return times.at(-1) / Math.min(...times);
}

export const noise = () =>
  `Noise of the machine: a fixed loop before each measurement took ${readable(Math.min(...times))} to ` +
  `${readable(Math.max(...times))} ms, median ${readable(median(times))} ms.`;
