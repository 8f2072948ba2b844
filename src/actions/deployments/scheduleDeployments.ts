import { beginFlowRun } from '../../core/rules/begin.ts';
import { blankFlowRun } from '../../core/runs/blankFlowRun.ts';
import { dueTimes } from '../../core/schedules/deploymentTimes.ts';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import { Problem } from '../../core/values/problem.ts';
import { runName } from '../../core/values/runName.ts';
import type { Transaction } from '../../store/connection/database.ts';
import { lockWantingSchedules, type WantingSchedule } from '../../store/deployments/scheduledDeployments.ts';
import type { BegunFlowRun } from '../../store/flowRuns/insertFlowRuns.ts';
import type { Topic } from '../../streams/streams.ts';
import { newId } from '../writing/newId.ts';
import { withinTime } from '../writing/withinTime.ts';
import { flowRunTopics, writeFlowRuns } from '../writing/writeFlowRuns.ts';

export interface ScheduledDeployments {
  topics: Topic[];
  /** Errors of schedules whose runs could not be created. */
  faults: unknown[];
}

const BATCH = 500;
/** How long the times of one schedule may take to compute. Slower schedules are refused when they are created. */
export const MAX_SCHEDULE_MS = 1000;

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
  const wanted: BegunFlowRun[] = [];
  for (const schedule of await lockWantingSchedules(transaction, deploymentIds, now)) {
    try {
      wanted.push(...wantedRuns(schedule, now));
    } catch (error) {
      faults.push(error);
    }
  }
  const topics: Topic[] = [];
  for (let from = 0; from < wanted.length; from += BATCH) {
    const created = await writeFlowRuns(transaction, wanted.slice(from, from + BATCH));
    topics.push(...flowRunTopics(created));
  }
  return { topics, faults };
}

function wantedRuns(schedule: WantingSchedule, now: Instant): BegunFlowRun[] {
  const { id, tenantId, flowId, deploymentId, workQueueId, parameters, labels, maxScheduledRuns } = schedule;
  const tags = ['auto-scheduled', ...schedule.tags];
  const times = withinTime(MAX_SCHEDULE_MS, () => dueTimes(schedule.schedule, now, maxScheduledRuns));
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
