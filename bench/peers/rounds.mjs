import { setTimeout as pause } from 'node:timers/promises';
import { readable } from '../figures.mjs';
import { drive, measure } from '../load/drive.mjs';
import { cpuOf, halt, resume } from '../load/processes.mjs';
import { listen } from '../noise.mjs';

/** A round is noisy above this many times the fastest fixed loop, or if other programs use this share of one core. */
const NOISY_LOOP = 1.5;
const NOISY_OTHERS = 0.5;
/** A contender that fails this many rounds one after the other is left out of the rest of the workload. */
const MOST_FAILURES = 2;
const STUCK_MS = 180_000;
const IDLE = { us: 150_000, ofMs: 1_000, tries: 60 };

/**
 * Runs one workload against the contenders in turn, every second round backwards, so that a slow drift of the machine affects
 * all alike. Yields after each round what has been measured so far. A contender that fails never ends the run.
 */
export async function* roundsOf(workload, contenders, options) {
  const entries = await entriesOf(workload, contenders);
  await settle(contenders);
  for (const entry of entries) if (!entry.failure) await warmUp(entry, workload, options);
  await settle(contenders);
  for (let round = 1; round <= options.rounds; round++) {
    for (const entry of round % 2 === 0 ? entries.toReversed() : entries) {
      if (entry.failure || round > (entry.job.mostRounds ?? round)) continue;
      const others = contenders.filter(({ key }) => key !== entry.key).flatMap(({ pids }) => pids);
      await play(entry, workload, round, others, options);
    }
    yield entries;
  }
}

async function entriesOf(workload, contenders) {
  const entries = [];
  for (const { key, name, [workload.job]: jobOf } of contenders) {
    if (!jobOf) continue;
    const entry = { key, name, rounds: [], failures: 0, failure: null, job: null };
    entries.push(entry);
    try {
      entry.job = { connections: workload.connections, ...(await jobOf(workload.argument)) };
    } catch (error) {
      fail(entry, error);
    }
  }
  return entries;
}

/** JavaScript and Python compile while they run, and must be as fast in the first round as in the last. */
async function warmUp(entry, workload, { postgres, isQuick, cancelled }) {
  try {
    if (entry.job.warmUp) await entry.job.warmUp();
    else if (entry.job.operation) {
      const seconds = isQuick ? 0.5 : 1.5;
      const { faults, answered } = await drive(entry.job, { warmUp: 0, seconds, postgresPid: postgres.pid });
      if (answered === 0) throw new Error(faults[0]);
    } else if (!entry.job.mostRounds) await cancelOnce(entry.job, 'warm', cancelled);
  } catch (error) {
    fail(entry, error);
  }
  if (entry.failure) console.error(`${workload.key}: ${entry.name} is left out: ${entry.failure}`);
}

async function play(entry, workload, round, others, options) {
  halt(others);
  try {
    await pause(50);
    const loop = listen();
    const result = await withDeadline(playOnce(entry.job, round, options));
    if (result.answered === 0) throw new Error(result.faults[0] ?? 'no answer');
    // What was written is counted after all servers continue: a server may write after it has answered.
    await resume(others);
    await requireWritten(entry.job, result, workload.times ?? 1);
    result.perSecond *= workload.times ?? 1;
    result.isNoisy = loop > NOISY_LOOP || result.others > NOISY_OTHERS;
    entry.rounds.push({ round, loop, ...result });
    entry.failures = 0;
    say(workload, entry, result, round);
  } catch (error) {
    entry.failures += 1;
    console.error(`${workload.key}, round ${round}: ${entry.name} failed: ${error.message}`);
    if (entry.failures === MOST_FAILURES) fail(entry, error);
  } finally {
    await resume(others);
  }
}

async function playOnce(job, round, options) {
  const { seconds, warmUp, postgres } = options;
  if (job.work) {
    const runs = Math.min(options.cancelled, job.mostRuns ?? Number.POSITIVE_INFINITY);
    return cancelOnce(job, `cancel-${round}`, runs, postgres.pid);
  }
  const before = (await job.written?.()) ?? null;
  const result = job.measure
    ? await job.measure({ seconds })
    : await drive(job, { warmUp, seconds, postgresPid: postgres.pid });
  return { ...result, before };
}

async function cancelOnce(job, tag, runs, postgresPid = process.pid) {
  await job.prepare(tag, runs);
  const result = await measure(job.pids, postgresPid, async () => {
    const done = await job.work(tag, runs);
    return { operations: done, faults: done === runs ? [] : [`${done} of ${runs} runs were cancelled`] };
  });
  const found = await job.written(tag);
  if (found !== runs) result.faults.push(`the database has ${found} of ${runs} cancelled runs`);
  return { ...result, runs, isLost: result.faults.length > 0 };
}

/** What a contender has answered must be in the database. An operation that failed may be there or not. */
async function requireWritten(job, result, times) {
  if (!job.written || job.work || result.before === null) return;
  const written = (await job.written()) - result.before;
  const { answered, faults } = result;
  result.isLost = written < answered * times || written > (answered + faults.length) * times;
  if (result.isLost) result.faults.push(`${answered * times} rows were acknowledged, the database has ${written} more`);
}

/** Waits until the servers have finished what they do after their answers, such as Prefect's events. */
async function settle(contenders) {
  const pids = contenders.flatMap((contender) => contender.pids);
  if (pids.length === 0) return;
  for (let left = IDLE.tries; left > 0; left--) {
    const before = cpuOf(pids);
    await pause(IDLE.ofMs);
    if (cpuOf(pids) - before < IDLE.us) return;
  }
}

function withDeadline(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no result after ${STUCK_MS / 1000} s`)), STUCK_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function fail(entry, error) {
  entry.failure = error.message.replace(/\s+/g, ' ').slice(0, 300);
}

function say(workload, entry, { perSecond, serverUs, postgresUs, faults, isNoisy }, round) {
  const cpu = [serverUs, postgresUs].map((us) => (us === null ? '-' : readable(us / 1000))).join(' + ');
  const wrong = faults.length > 0 ? `, ${faults.length} wrong answers: ${faults[0]}` : '';
  console.error(
    `${workload.key}, round ${round}: ${entry.name}: ${readable(perSecond)}/s, CPU ${cpu} ms${wrong}${isNoisy ? ', noisy' : ''}`,
  );
}
