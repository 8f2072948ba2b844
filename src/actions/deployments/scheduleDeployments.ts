import { dueTimes } from '../../core/schedules/deploymentTimes.ts';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import type { Transaction } from '../../store/connection/database.ts';
import { lockWantingSchedules, type WantingSchedule } from '../../store/deployments/scheduledDeployments.ts';
import { insertScheduledFlowRuns, type ScheduledFlowRun } from '../../store/deployments/scheduledRunWrites.ts';
import { insertFlowRunStates } from '../../store/flowRuns/flowRunWrites.ts';
import type { Topic } from '../../streams/streams.ts';
import { beginFlowRun, blankFlowRun } from '../flowRuns/flowRunCreator.ts';
import { withinTime } from '../writing/withinTime.ts';

export interface ScheduledDeployments {
  topics: Topic[];
  /** What kept schedules from having their runs. */
  faults: unknown[];
}

const BATCH = 500;
/** A schedule that takes longer was refused when it was made, or is looked at again in the next round. */
export const MAX_SCHEDULE_MS = 1000;

/**
 * Makes the runs that the schedules of these deployments want next. The deployments are locked, so that whoever changes
 * one finds all runs that were made for what it was before; a run is known by its key, so that it is made once.
 * Source: Prefect 3, models/deployments.py, _generate_scheduled_flow_runs.
 */
export async function scheduleDeployments(
  transaction: Transaction,
  deploymentIds: readonly string[],
  now: Instant,
): Promise<ScheduledDeployments> {
  const faults: unknown[] = [];
  const wanted: ScheduledFlowRun[] = [];
  for (const schedule of await lockWantingSchedules(transaction, deploymentIds, now)) {
    try {
      wanted.push(...wantedRuns(schedule, now));
    } catch (error) {
      faults.push(error);
    }
  }
  const topics: Topic[] = [];
  for (let from = 0; from < wanted.length; from += BATCH) {
    const batch = wanted.slice(from, from + BATCH);
    const made = await insertScheduledFlowRuns(transaction, batch);
    const fresh = batch.filter(({ run }) => made.has(run.id));
    if (fresh.length > 0) {
      const states = fresh.map(({ run, state }) => ({ flowRunId: run.id, version: 1, state }));
      insertFlowRunStates(transaction, states);
    }
    topics.push(...fresh.map(({ run }): Topic => `flowRunStates:${run.id}`));
  }
  return { topics, faults };
}

function wantedRuns(schedule: WantingSchedule, now: Instant): ScheduledFlowRun[] {
  const { id, tenantId, flowId, deploymentId, workQueueId, parameters, labels, maxScheduledRuns } = schedule;
  const tags = ['auto-scheduled', ...schedule.tags];
  const times = withinTime(MAX_SCHEDULE_MS, () => dueTimes(schedule.schedule, now, maxScheduledRuns));
  return times.map((scheduledTime) => {
    const idempotencyKey = `scheduled ${deploymentId} ${id} ${formatInstant(scheduledTime)}`;
    const wanted = { flowId, deploymentId, workQueueId, parameters, tags, idempotencyKey };
    const blank = { ...blankFlowRun(tenantId, wanted, { now, labels }), autoScheduled: true };
    const request = { type: 'SCHEDULED', message: 'Flow run scheduled', details: { scheduledTime } } as const;
    return { ...beginFlowRun(blank, request, now), deploymentScheduleId: id };
  });
}
