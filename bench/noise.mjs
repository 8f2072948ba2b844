import { median, readable } from './figures.mjs';

const LOOPS = 50_000_000;
const times = [];

/** Times a fixed loop. What it takes more than its fastest was taken by something else on the machine. */
export function listen() {
  const start = performance.now();
  let mixed = 1;
  for (let loop = 0; loop < LOOPS; loop++) mixed = (Math.imul(mixed, 1_664_525) + 1_013_904_223) | 0;
  times.push(performance.now() - start);
  return mixed;
}

export const noise = () =>
  `The machine's noise: a fixed loop before each measurement took ${readable(Math.min(...times))} to ` +
  `${readable(Math.max(...times))} ms, ${readable(median(times))} ms in the middle.`;
