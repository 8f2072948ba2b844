import { expect, test } from 'vitest';
import { Coalescer } from '../../src/actions/writing/coalescer.ts';
import { Problem } from '../../src/core/values/problem.ts';

interface Job {
  row: string;
  tenant?: string;
  poison?: boolean;
}

const POISON = new Error('poison');
const DEADLOCK = new Error('deadlock');

/** A coalescer whose flush the test blocks and releases. */
function writer(options: { maxWaiting?: number; maxInFlight?: number } = {}) {
  const flushes: string[][] = [];
  const inFlight = new Set<string>();
  const gates: (() => void)[] = [];
  let open = true;
  let deadlocks = 0;
  const coalescer = new Coalescer<Job, string>({
    async flush(jobs) {
      const rows = jobs.map(({ row }) => row);
      for (const row of new Set(rows)) {
        if (inFlight.has(row)) throw new Error(`row ${row} is in two flushes at once`);
        inFlight.add(row);
      }
      flushes.push(rows);
      if (!open) await new Promise<void>((resolve) => gates.push(resolve));
      for (const row of rows) inFlight.delete(row);
      if (deadlocks-- > 0) throw DEADLOCK;
      if (jobs.some(({ poison }) => poison)) throw POISON;
      return rows.map((row) => (row === 'refused' ? new Problem('NOT_FOUND', 'no such row') : row.toUpperCase()));
    },
    rowsOf: ({ row }) => [row],
    groupOf: ({ tenant }) => tenant ?? null,
    isTransient: (error) => error === DEADLOCK,
    isOneRowsFault: (error) => error === POISON,
    maxJobsPerFlush: 10,
    maxInFlight: options.maxInFlight ?? 2,
    maxWaiting: options.maxWaiting ?? 100,
    maxBytesPerFlush: 1_000,
    maxBytesWaiting: 5_000,
  });
  return {
    coalescer,
    flushes,
    close: () => {
      open = false;
    },
    letGo: () => {
      open = true;
      for (const go of gates.splice(0)) go();
    },
    deadlock: (times: number) => {
      deadlocks = times;
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('an idle writer flushes before the end of the turn, with all jobs submitted together', async () => {
  const { coalescer, flushes, letGo, close } = writer();
  close();
  const submitted = ['a', 'b'].map((row) => coalescer.submit({ row }, 1));
  await Promise.resolve();
  await Promise.resolve();
  expect(flushes).toEqual([['a', 'b']]);
  letGo();
  await Promise.all(submitted);
});

test('jobs submitted together are flushed together, each with its own answer', async () => {
  const { coalescer, flushes } = writer();
  expect(await Promise.all(['a', 'b', 'c'].map((row) => coalescer.submit({ row }, 1)))).toEqual(['A', 'B', 'C']);
  expect(flushes).toEqual([['a', 'b', 'c']]);
});

test('jobs submitted during a flush wait and are flushed together', async () => {
  const { coalescer, flushes, close, letGo } = writer({ maxInFlight: 1 });
  close();
  const first = coalescer.submit({ row: 'a' }, 1);
  await turn();
  const others = ['b', 'c', 'd'].map((row) => coalescer.submit({ row }, 1));
  await turn();
  expect(flushes).toEqual([['a']]);
  letGo();
  await Promise.all([first, ...others]);
  expect(flushes).toEqual([['a'], ['b', 'c', 'd']]);
});

test('a row is never in two flushes at the same time and its writes keep their order', async () => {
  const { coalescer, flushes, close, letGo } = writer();
  close();
  const first = coalescer.submit({ row: 'a' }, 1);
  await turn();
  const others = ['a', 'b', 'a'].map((row) => coalescer.submit({ row }, 1));
  await turn();
  expect(flushes).toEqual([['a'], ['b']]);
  letGo();
  await Promise.all([first, ...others]);
  expect(flushes).toEqual([['a'], ['b'], ['a', 'a']]);
});

test('a job that fails does not fail the others of its flush', async () => {
  const { coalescer } = writer();
  const jobs = Array.from({ length: 10 }, (_, index) => ({ row: `r${index}`, poison: index === 6 }));
  const settled = await Promise.allSettled(jobs.map((job) => coalescer.submit(job, 1)));
  expect(settled.map(({ status }) => status)).toEqual(jobs.map(({ poison }) => (poison ? 'rejected' : 'fulfilled')));
});

test('a rejected job does not make the others retry', async () => {
  const { coalescer, flushes } = writer();
  const settled = await Promise.allSettled(['a', 'refused', 'c'].map((row) => coalescer.submit({ row }, 1)));
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(flushes).toHaveLength(1);
});

test('a deadlocked flush is retried as a whole, up to a limit', async () => {
  const { coalescer, flushes, deadlock } = writer();
  deadlock(2);
  expect(await coalescer.submit({ row: 'a' }, 1)).toBe('A');
  expect(flushes).toHaveLength(3);
  deadlock(99);
  await expect(coalescer.submit({ row: 'a' }, 1)).rejects.toBe(DEADLOCK);
  expect(flushes).toHaveLength(8);
});

test('a job is rejected while too many jobs wait', async () => {
  const { coalescer, close, letGo } = writer({ maxWaiting: 2, maxInFlight: 1 });
  close();
  const first = coalescer.submit({ row: 'a' }, 1);
  await turn();
  const waiting = ['b', 'c'].map((row) => coalescer.submit({ row }, 1));
  await expect(coalescer.submit({ row: 'd' }, 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  letGo();
  await Promise.all([first, ...waiting]);
});

test('a tenant that fills its share of the queue does not keep others from writing', async () => {
  const { coalescer, close, letGo } = writer({ maxWaiting: 2, maxInFlight: 1 });
  close();
  const submit = (tenant: string, row: string) => coalescer.submit({ tenant, row }, 1);
  const first = submit('loud', 'a');
  await turn();
  const waiting = [submit('loud', 'b'), submit('loud', 'c')];
  await expect(submit('loud', 'd')).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { max: 2 } });
  waiting.push(submit('quiet', 'e'), submit('other', 'f'));
  await expect(submit('quiet', 'g')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  letGo();
  expect(await Promise.all([first, ...waiting])).toEqual(['A', 'B', 'C', 'E', 'F']);
  expect(await submit('loud', 'd')).toBe('D');
});

test('a tenant that fills its bytes of the queue does not keep others from writing', async () => {
  const { coalescer } = writer();
  const first = coalescer.submit({ tenant: 'loud', row: 'a' }, 5_000);
  await expect(coalescer.submit({ tenant: 'loud', row: 'b' }, 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await coalescer.submit({ tenant: 'quiet', row: 'c' }, 1)).toBe('C');
  await first;
});

test('tenants share a flush if more jobs wait than it takes, and each row keeps its order', async () => {
  const { coalescer, flushes } = writer({ maxInFlight: 1 });
  const loud = Array.from({ length: 20 }, (_, index) => ({ tenant: 'loud', row: `l${index % 19}` }));
  const quiet = ['q0', 'q1'].map((row) => ({ tenant: 'quiet', row }));
  await Promise.all([...loud, ...quiet].map((job) => coalescer.submit(job, 1)));
  expect(flushes).toEqual([
    ['l0', 'l1', 'l2', 'l3', 'l4', 'q0', 'q1', 'l5', 'l6', 'l7'],
    ['l8', 'l9', 'l10', 'l11', 'l12', 'l13', 'l14', 'l15', 'l16', 'l17'],
    ['l18', 'l0'],
  ]);
});

test('a flush takes a limited number of jobs', async () => {
  const { coalescer, flushes } = writer();
  await Promise.all(Array.from({ length: 25 }, (_, index) => coalescer.submit({ row: `r${index}` }, 1)));
  expect(flushes.map(({ length }) => length)).toEqual([10, 10, 5]);
});

test('draining waits for all submitted jobs', async () => {
  const { coalescer } = writer();
  const answers: string[] = [];
  for (const row of ['a', 'b']) void coalescer.submit({ row }, 1).then((answer) => answers.push(answer));
  await coalescer.drain();
  await turn();
  expect(answers).toEqual(['A', 'B']);
});

test('a flush takes a limited number of bytes, and a larger job is flushed alone', async () => {
  const { coalescer, flushes } = writer({ maxInFlight: 1 });
  const jobs = { a: 600, b: 600, c: 300, d: 1, e: 4_000 };
  await Promise.all(Object.entries(jobs).map(([row, bytes]) => coalescer.submit({ row }, bytes)));
  expect(flushes).toEqual([['a', 'c', 'd'], ['b'], ['e']]);
});

test('a job is rejected while too many bytes wait, and accepted later', async () => {
  const { coalescer } = writer();
  const first = coalescer.submit({ row: 'a' }, 5_000);
  await expect(coalescer.submit({ row: 'b' }, 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await first;
  expect(await coalescer.submit({ row: 'b' }, 1)).toBe('B');
});
