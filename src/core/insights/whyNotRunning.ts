import { isFinal } from '../runs/state.ts';
import { formatInstant, type Instant, secondsBetween } from '../values/instant.ts';
import { obstacles } from '../workPools/mayRun.ts';
import type { SlotLimit, WhyNotRunningFacts } from './whyNotRunningFacts.ts';
import { closedPlace, missingAgents, missingWorkers } from './whyNotRunningPickup.ts';
import { roughly, type WhyNotRunningReason } from './whyNotRunningReason.ts';

/** Returns why a flow run is not running, the nearest cause first; null if it is running or has ended. */
export function whyNotRunning(facts: WhyNotRunningFacts, now: Instant): WhyNotRunningReason[] | null {
  const { stateType } = facts;
  if (stateType === 'RUNNING' || isFinal(stateType)) return null;
  if (stateType === 'PAUSED') return [pause(facts, now), ...input(facts)];
  if (stateType === 'CANCELLING') return [cancelling(facts, now), ...goingOn(facts)];
  if (stateType === 'PENDING') return [...future(facts, facts.details.scheduledTime, now), pending(facts, now)];
  return scheduled(facts, now);
}

function scheduled(facts: WhyNotRunningFacts, now: Instant): WhyNotRunningReason[] {
  const due = facts.due ?? facts.stateTimestamp;
  const ahead = future(facts, due, now);
  const found = obstacles(facts);
  // It needs no worker, and keeps its slot.
  if (found.some(({ kind }) => kind === 'RetriedByProcess'))
    return ahead.length > 0 ? ahead : [lateRun(facts, due, now)];
  const deleted = found.flatMap(({ kind }) => (kind === 'DeploymentDeleted' ? deletedDeployment(facts) : []));
  const full = found.flatMap((obstacle) => (obstacle.kind === 'NoFreeSlot' ? noFreeSlot(obstacle.limit) : []));
  // Missing workers may be back when the run is due. But a run that found no free slot still waits for one, and a deployment
  // does not come back.
  if (ahead.length > 0) return [...deleted, ...(facts.stateName === 'AwaitingConcurrencySlot' ? full : []), ...ahead];
  const late = lateRun(facts, due, now);
  if (facts.isPrefect1) return [...missingAgents(facts, now), ...full, late];
  const closed = found.flatMap(({ kind }) => closedPlace(kind, facts));
  return [...deleted, ...closed, ...missingWorkers(facts, now), ...full, late];
}

function deletedDeployment({ deploymentId }: WhyNotRunningFacts): WhyNotRunningReason {
  const message = 'The deployment of the run was deleted, so no worker can run it. Cancel or delete the run.';
  return { kind: 'DeploymentDeleted', message, since: null, deploymentId: String(deploymentId) }; // it is set, see `deploymentIsGone`
}

function future(facts: WhyNotRunningFacts, due: Instant | null, now: Instant): WhyNotRunningReason[] {
  if (due === null || due <= now) return [];
  const seconds = secondsBetween(now, due);
  const when = `at ${formatInstant(due)}, in ${roughly(seconds)}`;
  const shared = { since: facts.stateTimestamp, scheduledTime: due, seconds };
  if (facts.stateName === 'AwaitingRetry')
    return [
      {
        kind: 'AwaitingRetry',
        message: `The run failed; its next retry is ${when}.`,
        runCount: facts.runCount,
        ...shared,
      },
    ];
  const what = facts.stateName === 'AwaitingConcurrencySlot' ? 'The run can request a slot again' : 'The run is due';
  return [{ kind: 'ScheduledInFuture', message: `${what} ${when}.`, ...shared }];
}

function lateRun(facts: WhyNotRunningFacts, due: Instant, now: Instant): WhyNotRunningReason {
  const seconds = secondsBetween(due, now);
  const what =
    facts.retryType === 'in_process' ? 'its process has not started the retry' : 'no worker or agent has picked it up';
  const message = `The run has been due for ${roughly(seconds)}, and ${what}.`;
  return { kind: 'LateRun', message, since: due, scheduledTime: due, seconds };
}

function noFreeSlot({ name, limit, taken, lastTaken, holders }: SlotLimit): WhyNotRunningReason {
  const message =
    limit === 0
      ? `The concurrency limit of ${name} is 0: no run can start.`
      : `All concurrency slots of ${name} are taken: ${taken} of ${limit}.`;
  return { kind: 'NoFreeSlot', message, since: lastTaken, limitName: name, limit, taken, holders };
}

function pending({ stateTimestamp: since }: WhyNotRunningFacts, now: Instant): WhyNotRunningReason {
  const seconds = age(since, now);
  const message = `The run has been pending for ${roughly(seconds)}: it was picked up, but has not reported that it is running.`;
  return { kind: 'PendingRun', message, since, seconds };
}

function pause({ details, stateTimestamp }: WhyNotRunningFacts, now: Instant): WhyNotRunningReason {
  const { pauseTimeout, pauseKey, pauseReschedule: suspended } = details;
  const what = `The run is ${suspended ? 'suspended' : 'paused'} until it is resumed`;
  const left = pauseTimeout === null ? null : secondsBetween(now, pauseTimeout);
  const end =
    left === null
      ? ''
      : left > 0
        ? `; it fails in ${roughly(left)}`
        : '; the pause has timed out, and the run will fail';
  return { kind: 'PausedRun', message: `${what}${end}.`, since: stateTimestamp, pauseTimeout, pauseKey, suspended };
}

function input({
  details: { runInputKeyset },
  inputSchema,
  stateTimestamp,
}: WhyNotRunningFacts): WhyNotRunningReason[] {
  if (runInputKeyset === null) return [];
  const { keys, requiredKeys } = fieldsOf(inputSchema);
  const message = keys.length === 0 ? 'The run waits for input.' : `The run waits for input: ${keys.join(', ')}.`;
  const schemaKey = runInputKeyset.schema ?? null;
  return [{ kind: 'WaitingForInput', message, since: stateTimestamp, schemaKey, keys, requiredKeys }];
}

/** A limit on the keys that are listed. */
export const MAX_INPUT_KEYS = 100;

/** Reads the keys of a client's schema. An invalid schema has none. */
function fieldsOf(schema: string | null): { keys: string[]; requiredKeys: string[] } {
  try {
    const { properties, required } = Object(JSON.parse(schema ?? '{}')) as { properties?: unknown; required?: unknown };
    return {
      keys: Object.keys(Object(properties)).slice(0, MAX_INPUT_KEYS),
      requiredKeys: (Array.isArray(required) ? required : [])
        .filter((key) => typeof key === 'string')
        .slice(0, MAX_INPUT_KEYS),
    };
  } catch {
    return { keys: [], requiredKeys: [] };
  }
}

function cancelling({ stateTimestamp: since }: WhyNotRunningFacts, now: Instant): WhyNotRunningReason {
  const seconds = age(since, now);
  const message = `The run has been cancelling for ${roughly(seconds)}: its infrastructure has not reported that it stopped.`;
  return { kind: 'CancellingRun', message, since, seconds };
}

function goingOn({ unfinishedTaskRuns: { count, ids }, stateTimestamp }: WhyNotRunningFacts): WhyNotRunningReason[] {
  if (count === 0) return [];
  const message = count === 1 ? '1 task run has not ended.' : `${count} task runs have not ended.`;
  return [{ kind: 'TaskRunsStillRunning', message, since: stateTimestamp, count, taskRunIds: ids }];
}

/** Clocks differ: the timestamp of a state can be slightly in the future. */
const age = (since: Instant, now: Instant) => Math.max(0, secondsBetween(since, now));
