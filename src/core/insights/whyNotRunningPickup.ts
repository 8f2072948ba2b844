import { type Instant, secondsBetween } from '../values/instant.ts';
import { LIMITS } from '../values/limits.ts';
import { isOnline } from '../workPools/workPool.ts';
import type { WhyNotRunningFacts } from './whyNotRunningFacts.ts';
import { roughly, type SeenAgent, type WhyNotRunningReason } from './whyNotRunningReason.ts';

/** Agents and queues that nobody heard of for so long count as gone. Agents ask every ten seconds, workers more often. */
const SEEN_LATELY_SECONDS = 60;
/** Of agents that do not take a run, those are told that come nearest to it. */
const MAX_AGENTS = 10;

/** What keeps workers from taking a run. */
export function missingWorkers({ place, stateTimestamp }: WhyNotRunningFacts, now: Instant): WhyNotRunningReason[] {
  if (place === null) {
    const message = 'It is in no work queue, so that no worker takes it: whoever created it has to run it.';
    return [{ kind: 'NoWorkQueue', message, since: stateTimestamp }];
  }
  const { workPoolId, workPoolName, workQueueId, workQueueName, lastPolled } = place;
  const inPool = { workPoolId, workPoolName };
  const inQueue = { ...inPool, workQueueId, workQueueName };
  const pool = `The work pool “${workPoolName}”`;
  const queue = `The work queue “${workQueueName}” of the pool “${workPoolName}”`;
  const reasons: WhyNotRunningReason[] = [];
  if (place.isPoolPaused)
    reasons.push({ kind: 'WorkPoolPaused', message: `${pool} is paused.`, since: null, ...inPool });
  if (place.isQueuePaused)
    reasons.push({ kind: 'WorkQueuePaused', message: `${queue} is paused.`, since: null, ...inQueue });
  if (!place.workers.some((worker) => isOnline(worker, now))) {
    const lastHeartbeat = latest(place.workers.map((worker) => worker.lastHeartbeat));
    const message = `${pool} has no worker: ${lastSeen('the last one was heard of', lastHeartbeat, now)}.`;
    reasons.push({ kind: 'NoWorker', message, since: lastHeartbeat, lastHeartbeat, ...inPool });
  } else if (!seenLately(lastPolled, now)) {
    const message = `${queue} is served by no worker: ${lastSeen('the last one asked for runs', lastPolled, now)}.`;
    reasons.push({ kind: 'QueueNotPolled', message, since: lastPolled, lastPolled, ...inQueue });
  }
  return reasons;
}

const latest = (instants: Instant[]): Instant | null => (instants.length === 0 ? null : Math.max(...instants));

const lastSeen = (what: string, at: Instant | null, now: Instant) =>
  at === null ? 'there never was one' : `${what} ${roughly(secondsBetween(at, now))} ago`;

const seenLately = (at: Instant | null, now: Instant) => at !== null && secondsBetween(at, now) <= SEEN_LATELY_SECONDS;

/**
 * What keeps Prefect 1's agents from taking a run. An agent takes runs that have no other labels than its own, and none
 * without labels unless it has none itself (store/flowRunQueue.ts).
 */
export function missingAgents(
  { tags, agents: known, stateTimestamp }: WhyNotRunningFacts,
  now: Instant,
): WhyNotRunningReason[] {
  const seen = known.map((agent) => ({ ...agent, missingLabels: tags.filter((tag) => !agent.labels.includes(tag)) }));
  const fits = (agent: SeenAgent) =>
    agent.missingLabels.length === 0 && (tags.length === 0) === (agent.labels.length === 0);
  if (seen.some((agent) => fits(agent) && seenLately(agent.lastQueried, now))) return [];
  const nearest = seen.toSorted(
    (a, b) => a.missingLabels.length - b.missingLabels.length || (b.lastQueried ?? 0) - (a.lastQueried ?? 0),
  );
  const wanted = tags.length === 0 ? 'that takes runs without labels' : `that has all its labels (${tags.join(', ')})`;
  return [
    {
      kind: 'NoAgent',
      message: `No agent ${wanted} has asked for runs in the last ${SEEN_LATELY_SECONDS} s.`,
      since: latest(seen.filter(fits).flatMap(({ lastQueried }) => lastQueried ?? [])) ?? stateTimestamp,
      labels: some(tags),
      agents: nearest.slice(0, MAX_AGENTS).map((agent) => ({
        ...agent,
        labels: some(agent.labels),
        missingLabels: some(agent.missingLabels),
      })),
    },
  ];
}

/** Agents and old clients may come with any number of labels. */
const some = (labels: string[]) => labels.slice(0, LIMITS.tags);
