import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { reasonOf } from '../../core/schedules/reasonOf.ts';
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

/** A schedule that will never create a run again. */
export interface EndedFlowSchedule extends Pick<ScheduledFlow, 'id' | 'revision'> {
  reason: string;
}

export interface ScheduledFlows {
  ended: EndedFlowSchedule[];
  /** Errors that prevented flows from being scheduled. */
  faults: unknown[];
}

/**
 * Creates the next runs of active schedules. Any number of servers may do so at the same time, because each run has an
 * idempotency key. A flow whose schedule is unreadable or has ended, or whose runs would lack a parameter, is skipped.
 */
export async function scheduleFlowRuns(
  engine: Engine,
  flows: readonly ScheduledFlow[],
  now: Instant,
  rounds = MAX_ROUNDS,
): Promise<ScheduledFlows> {
  const { wanted, ended } = await wantedRuns(flows, now);
  if (wanted.length === 0) return { ended, faults: [] };
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
    const again = await scheduleFlowRuns(engine, anew, now, rounds - 1);
    faults.push(...again.faults);
    ended.push(...again.ended);
  }
  return { ended, faults };
}

interface Made {
  flow: ScheduledFlow;
  runId: string;
}

const identity = (key: { flowId: string; idempotencyKey: string } | undefined) =>
  `${key?.flowId} ${key?.idempotencyKey}`;

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

async function wantedRuns(flows: readonly ScheduledFlow[], now: Instant) {
  const wanted: { flow: ScheduledFlow; run: ScheduledRun }[] = [];
  const ended: EndedFlowSchedule[] = [];
  for (const flow of flows) {
    // Each may take milliseconds: requests are answered in between.
    await setImmediate();
    try {
      const runs = scheduledRuns(flow, now, md5);
      if (runs === null) ended.push({ ...flow, reason: 'the schedule has no time in the future' });
      else wanted.push(...runs.map((run) => ({ flow, run })));
    } catch (error) {
      ended.push({ ...flow, reason: reasonOf(error) });
    }
  }
  return { wanted, ended };
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
