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

/** How often a schedule may change during scheduling before it waits for the next round. */
const MAX_ROUNDS = 5;

/**
 * Creates the next runs of active schedules. Any number of servers may do so at the same time, because each run has an
 * idempotency key. A flow with an unreadable schedule, or whose runs would lack a parameter, is skipped, as in
 * Prefect's server.
 * @returns other errors that prevented flows from being scheduled
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
  // Flow by flow: a few runs at a time, so that requests get connections.
  for (const flow of new Set(missing.map((one) => one.flow))) {
    const runs = missing.filter((one) => one.flow === flow);
    for (const outcome of await Promise.allSettled(runs.map(({ run }) => make(engine, flow, run)))) {
      if (outcome.status === 'fulfilled') made.push(outcome.value);
      else if (!(outcome.reason instanceof Problem)) faults.push(outcome.reason);
    }
  }
  const outdated = await takeBackOutdated(engine, made);
  if (outdated.length > 0 && rounds > 1) {
    // Another server may have scheduled some of these times. Starts at the first time, because gaps are not detected.
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
    return []; // the schedule was accepted earlier, so there is no client to report this to
  }
}

async function make(engine: Engine, flow: ScheduledFlow, run: ScheduledRun): Promise<Made> {
  const viewer = { tenantId: flow.tenantId, role: 'WRITER' } as const;
  const { id } = await createPrefect1FlowRun(engine, viewer, { flowId: flow.id, ...run, autoScheduled: true });
  return { flow, runId: id };
}

/**
 * A request that changes a schedule, turns it off or archives its flow deletes the runs that it created. This deletes
 * runs that were being created at that moment: it reads the flows again under a lock that waits for such a request.
 * Returns those flows.
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
