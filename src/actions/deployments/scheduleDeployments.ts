import { setImmediate } from 'node:timers/promises';
import { beginFlowRun } from '../../core/rules/begin.ts';
import { blankFlowRun } from '../../core/runs/blankFlowRun.ts';
import { dueTimes, nextTime } from '../../core/schedules/deploymentTimes.ts';
import { reasonOf } from '../../core/schedules/reasonOf.ts';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import { Problem } from '../../core/values/problem.ts';
import { runName } from '../../core/values/runName.ts';
import type { Transaction } from '../../store/connection/database.ts';
import { lockWantingSchedules, type WantingSchedule } from '../../store/deployments/scheduledDeployments.ts';
import { type BegunFlowRun, insertFlowRuns } from '../../store/flowRuns/insertFlowRuns.ts';
import type { Topic } from '../../streams/streams.ts';
import { newId } from '../writing/newId.ts';

/** A schedule that will never create a run again. */
export interface EndedSchedule {
  scheduleId: string;
  deploymentId: string;
  reason: string;
}

export interface ScheduledDeployments {
  topics: Topic[];
  ended: EndedSchedule[];
  /** Errors of schedules whose runs could not be created. */
  faults: unknown[];
}

const BATCH = 500;
export const NO_MORE_TIMES = 'the schedule has no time in the future';

/**
 * Creates the next runs of the schedules of these deployments. The deployments are locked, so that a change of a deployment
 * finds all runs that were created before it. Each run has an idempotency key, so it is created once.
 * Source: Prefect 3, models/deployments.py, _generate_scheduled_flow_runs.
 */
export async function scheduleDeployments(
  transaction: Transaction,
  deploymentIds: readonly string[],
  now: Instant,
): Promise<ScheduledDeployments> {
  const faults: unknown[] = [];
  const ended: EndedSchedule[] = [];
  const wanted: BegunFlowRun[] = [];
  for (const schedule of await lockWantingSchedules(transaction, deploymentIds, now)) {
    // Each may take milliseconds: requests are answered in between.
    await setImmediate();
    const { id: scheduleId, deploymentId } = schedule;
    const due = dueOrEnded(schedule, now);
    if (typeof due === 'string') {
      ended.push({ scheduleId, deploymentId, reason: due });
    } else {
      try {
        wanted.push(...wantedRuns(schedule, due, now));
      } catch (error) {
        faults.push(error);
      }
    }
  }
  const topics: Topic[] = [];
  for (let from = 0; from < wanted.length; from += BATCH) {
    const { inserted } = await insertFlowRuns(transaction, wanted.slice(from, from + BATCH), null);
    for (const { written } of inserted ?? []) if (written) topics.push(`flowRunStates:${written.flowRun.id}`);
  }
  return { topics, ended, faults };
}

/** Returns the times for which runs are due, or the reason why the schedule has none any more. */
function dueOrEnded({ schedule, maxScheduledRuns }: WantingSchedule, now: Instant): Instant[] | string {
  try {
    const due = dueTimes(schedule, now, maxScheduledRuns);
    return due.length === 0 && nextTime(schedule, now) === null ? NO_MORE_TIMES : due;
  } catch (error) {
    return reasonOf(error);
  }
}

function wantedRuns(schedule: WantingSchedule, times: readonly Instant[], now: Instant): BegunFlowRun[] {
  const { id, tenantId, flowId, deploymentId, workQueueId, parameters, labels } = schedule;
  const tags = ['auto-scheduled', ...schedule.tags];
  const common = { tenantId, flowId, deploymentId, workQueueId, parameters, tags, autoScheduled: true };
  return times.map((scheduledTime) => {
    const idempotencyKey = `scheduled ${deploymentId} ${id} ${formatInstant(scheduledTime)}`;
    const given = { ...common, id: newId(), name: runName(Math.random), idempotencyKey };
    const request = { type: 'SCHEDULED', message: 'Flow run scheduled', details: { scheduledTime } } as const;
    const facts = { prefect1: false, now, newId, random: Math.random() };
    const begun = beginFlowRun(blankFlowRun(given, labels, now), request, facts);
    if (begun instanceof Problem) throw begun;
    return { ...begun, deploymentScheduleId: id };
  });
}
