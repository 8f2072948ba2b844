import { isFinal } from '../runs/state.ts';
import { formatInstant, type Instant, secondsBetween } from '../values/instant.ts';
import type { SlotLimit, WhyNotRunningFacts } from './whyNotRunningFacts.ts';
import { missingAgents, missingWorkers } from './whyNotRunningPickup.ts';
import { roughly, type WhyNotRunningReason } from './whyNotRunningReason.ts';

/** Why a flow run does not run, the nearest cause first; null where it runs or has ended. */
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
  const full = facts.limits.filter(({ limit, taken }) => taken >= limit).map(noFreeSlot);
  // What is missing now may be there when the run is due; but a run that was sent away for want of a slot waits for one.
  if (ahead.length > 0) return facts.stateName === 'AwaitingConcurrencySlot' ? [...full, ...ahead] : ahead;
  const late = lateRun(facts, due, now);
  if (retriesItself(facts)) return [late];
  return [...(facts.isPrefect1 ? missingAgents(facts, now) : missingWorkers(facts, now)), ...full, late];
}

/** The process that failed is still there, and waits: no worker is given such a run. */
const retriesItself = ({ retryType }: WhyNotRunningFacts) => retryType === 'in_process';

function future(facts: WhyNotRunningFacts, due: Instant | null, now: Instant): WhyNotRunningReason[] {
  if (due === null || due <= now) return [];
  const seconds = secondsBetween(now, due);
  const when = `at ${formatInstant(due)}, in ${roughly(seconds)}`;
  const shared = { since: facts.stateTimestamp, scheduledTime: due, seconds };
  if (facts.stateName === 'AwaitingRetry')
    return [
      { kind: 'AwaitingRetry', message: `It failed, and is run again ${when}.`, runCount: facts.runCount, ...shared },
    ];
  const what = facts.stateName === 'AwaitingConcurrencySlot' ? 'It may ask for a slot again' : 'It is due';
  return [{ kind: 'ScheduledInFuture', message: `${what} ${when}.`, ...shared }];
}

function lateRun(facts: WhyNotRunningFacts, due: Instant, now: Instant): WhyNotRunningReason {
  const seconds = secondsBetween(due, now);
  const what = retriesItself(facts) ? 'its process has not begun to run it again' : 'nobody has taken it yet';
  const message = `It has been due for ${roughly(seconds)}, and ${what}.`;
  return { kind: 'LateRun', message, since: due, scheduledTime: due, seconds };
}

function noFreeSlot({ name, limit, taken, lastTaken, holders }: SlotLimit): WhyNotRunningReason {
  const message =
    limit === 0
      ? `The limit of ${name} is 0: it lets nothing run.`
      : `All slots of ${name} are taken: ${taken} of ${limit}.`;
  return { kind: 'NoFreeSlot', message, since: lastTaken, limitName: name, limit, taken, holders };
}

function pending({ stateTimestamp: since }: WhyNotRunningFacts, now: Instant): WhyNotRunningReason {
  const seconds = age(since, now);
  const message = `It has been pending for ${roughly(seconds)}: whoever has taken it has not said yet that it runs.`;
  return { kind: 'PendingRun', message, since, seconds };
}

function pause({ details, stateTimestamp }: WhyNotRunningFacts, now: Instant): WhyNotRunningReason {
  const { pauseTimeout, pauseKey, pauseReschedule: suspended } = details;
  const what = `It is ${suspended ? 'suspended' : 'paused'}, until somebody resumes it`;
  const left = pauseTimeout === null ? null : secondsBetween(now, pauseTimeout);
  const end =
    left === null ? '' : left > 0 ? `; in ${roughly(left)} it fails` : '; its time is over, and it is about to fail';
  return { kind: 'PausedRun', message: `${what}${end}.`, since: stateTimestamp, pauseTimeout, pauseKey, suspended };
}

function input({
  details: { runInputKeyset },
  inputSchema,
  stateTimestamp,
}: WhyNotRunningFacts): WhyNotRunningReason[] {
  if (runInputKeyset === null) return [];
  const { keys, requiredKeys } = fieldsOf(inputSchema);
  const message = keys.length === 0 ? 'It waits for input.' : `It waits for input: ${keys.join(', ')}.`;
  const schemaKey = runInputKeyset.schema ?? null;
  return [{ kind: 'WaitingForInput', message, since: stateTimestamp, schemaKey, keys, requiredKeys }];
}

/** Nobody types in more. */
export const MAX_INPUT_KEYS = 100;

/** A client's schema: whatever it holds, it is no reason to fail. */
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
  const message = `It has been cancelling for ${roughly(seconds)}: its infrastructure has not said yet that it stopped.`;
  return { kind: 'CancellingRun', message, since, seconds };
}

function goingOn({ unfinishedTaskRuns: { count, ids }, stateTimestamp }: WhyNotRunningFacts): WhyNotRunningReason[] {
  if (count === 0) return [];
  const message = count === 1 ? 'One task run has not ended yet.' : `${count} task runs have not ended yet.`;
  return [{ kind: 'TaskRunsStillRunning', message, since: stateTimestamp, count, taskRunIds: ids }];
}

/** Clocks differ: a state may lie a moment ahead. */
const age = (since: Instant, now: Instant) => Math.max(0, secondsBetween(since, now));
