import { createHash } from 'node:crypto';
import { type ScheduledRun, scheduledRuns } from '../../core/schedules/scheduledRuns.ts';
import type { Instant } from '../../core/values/instant.ts';
import { Problem } from '../../core/values/problem.ts';
import {
  activeSchedulesOf,
  knownRunKeys,
  type ScheduledFlow,
  unchangedSchedules,
  withdrawScheduledRuns,
} from '../../store/prefect1Flows/flowSchedules.ts';
import type { Engine } from '../writing/engine.ts';
import { createPrefect1FlowRun } from './createPrefect1FlowRun.ts';

/** How often a schedule may change under our hands before it is left to the next round. */
const MAX_ROUNDS = 5;

/**
 * Makes the runs that active schedules want next. Any number of servers may do so at once: a run is found again by its key.
 * A flow whose schedule cannot be read, or whose runs would lack a parameter, is left out, as by the old server.
 * @returns what kept flows from being scheduled, but for that
 */
export async function scheduleFlowRuns(
  engine: Engine,
  flows: readonly ScheduledFlow[],
  now: Instant,
  rounds = MAX_ROUNDS,
): Promise<unknown[]> {
  const wanted = flows.flatMap((flow) => wantedRuns(flow, now).map((run) => ({ flow, run })));
  if (wanted.length === 0) return [];
  const keys = wanted.map(({ flow, run }) => ({ flowId: flow.id, idempotencyKey: run.idempotencyKey }));
  const known = new Set((await knownRunKeys(engine.database, keys)).map(identity));
  const missing = wanted.filter((_, index) => !known.has(identity(keys[index])));

  const made: Made[] = [];
  const faults: unknown[] = [];
  // Flow by flow: a few runs at a time, so that requests find connections.
  for (const flow of new Set(missing.map((one) => one.flow))) {
    const runs = missing.filter((one) => one.flow === flow);
    for (const outcome of await Promise.allSettled(runs.map(({ run }) => make(engine, flow, run)))) {
      if (outcome.status === 'fulfilled') made.push(outcome.value);
      else if (!(outcome.reason instanceof Problem)) faults.push(outcome.reason);
    }
  }
  const outdated = await takeBackOutdated(engine, made);
  if (outdated.length > 0 && rounds > 1) {
    // Others who scheduled them meanwhile have left the times to us. From the first time on, for gaps are not looked for.
    const anew = (await activeSchedulesOf(engine.database, outdated)).map((flow) => ({ ...flow, lastStart: null }));
    faults.push(...(await scheduleFlowRuns(engine, anew, now, rounds - 1)));
  }
  return faults;
}

interface Made {
  flow: ScheduledFlow;
  runId: string;
}

const identity = (key: { flowId: string; idempotencyKey: string } | undefined) =>
  `${key?.flowId} ${key?.idempotencyKey}`;

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

function wantedRuns(flow: ScheduledFlow, now: Instant): ScheduledRun[] {
  try {
    return scheduledRuns(flow, now, md5);
  } catch {
    return []; // a schedule that this server cannot read was accepted long ago; there is nobody to tell
  }
}

async function make(engine: Engine, flow: ScheduledFlow, run: ScheduledRun): Promise<Made> {
  const viewer = { tenantId: flow.tenantId, role: 'WRITER' } as const;
  const { id } = await createPrefect1FlowRun(engine, viewer, { flowId: flow.id, ...run, autoScheduled: true });
  return { flow, runId: id };
}

/**
 * Whoever changes a schedule, turns it off or archives its flow deletes the runs that it has made. Runs that were being made
 * at that moment are deleted here: the flows are read again under a lock that waits for such a change. Gives those flows.
 */
async function takeBackOutdated({ database }: Engine, made: readonly Made[]): Promise<string[]> {
  if (made.length === 0) return [];
  return database.transaction(async (transaction) => {
    const unchanged = await unchangedSchedules(transaction, [...new Set(made.map(({ flow }) => flow))]);
    const outdated = made.filter(({ flow }) => !unchanged.has(flow.id));
    if (outdated.length > 0)
      await withdrawScheduledRuns(
        transaction,
        outdated.map(({ flow }) => flow.id),
        outdated.map(({ runId }) => runId),
      );
    return [...new Set(outdated.map(({ flow }) => flow.id))];
  });
}
