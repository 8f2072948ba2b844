import { type Instant, secondsBetween } from '../values/instant.ts';
import { LIMITS } from '../values/limits.ts';
import type { Obstacle } from '../workPools/mayRun.ts';
import { isOnline } from '../workPools/workPool.ts';
import type { WhyNotRunningFacts, WorkPlace } from './whyNotRunningFacts.ts';
import { roughly, type SeenAgent, type WhyNotRunningReason } from './whyNotRunningReason.ts';

/** Agents and queues without a poll for this long count as gone. Agents poll every ten seconds, workers more often. */
const SEEN_LATELY_SECONDS = 60;
/** The number of agents to list: those with the fewest missing labels. */
const MAX_AGENTS = 10;

/** Returns why no worker may pick up a run, if this obstacle is one of its queue or pool. */
export function closedPlace(
  kind: Obstacle['kind'],
  { place, stateTimestamp }: WhyNotRunningFacts,
): WhyNotRunningReason[] {
  if (place === null) {
    const message = 'The run is in no work queue, so no worker picks it up: the process that created it must run it.';
    return kind === 'NoWorkQueue' ? [{ kind, message, since: stateTimestamp }] : [];
  }
  const { pool, queue, inPool, inQueue } = named(place);
  if (kind === 'WorkPoolPaused') return [{ kind, message: `${pool} is paused.`, since: null, ...inPool }];
  if (kind === 'WorkQueuePaused') return [{ kind, message: `${queue} is paused.`, since: null, ...inQueue }];
  return [];
}

function named({ workPoolId, workPoolName, workQueueId, workQueueName }: WorkPlace) {
  const inPool = { workPoolId, workPoolName };
  return {
    inPool,
    inQueue: { ...inPool, workQueueId, workQueueName },
    pool: `The work pool “${workPoolName}”`,
    queue: `The work queue “${workQueueName}” of the pool “${workPoolName}”`,
  };
}

/** Returns why no worker picks up a run that workers may pick up. */
export function missingWorkers({ place }: WhyNotRunningFacts, now: Instant): WhyNotRunningReason[] {
  if (place === null) return [];
  const { workers, lastPolled } = place;
  const { pool, queue, inPool, inQueue } = named(place);
  if (!workers.some((worker) => isOnline(worker, now))) {
    const lastHeartbeat = latest(workers.map((worker) => worker.lastHeartbeat));
    const message = `${pool} has no online worker: ${lastSeen('the last heartbeat was', lastHeartbeat, now)}.`;
    return [{ kind: 'NoWorker', message, since: lastHeartbeat, lastHeartbeat, ...inPool }];
  }
  if (seenLately(lastPolled, now)) return [];
  const message = `${queue} is not polled by any worker: ${lastSeen('the last poll was', lastPolled, now)}.`;
  return [{ kind: 'QueueNotPolled', message, since: lastPolled, lastPolled, ...inQueue }];
}

const latest = (instants: Instant[]): Instant | null => (instants.length === 0 ? null : Math.max(...instants));

const lastSeen = (what: string, at: Instant | null, now: Instant) =>
  at === null ? 'there has never been one' : `${what} ${roughly(secondsBetween(at, now))} ago`;

const seenLately = (at: Instant | null, now: Instant) => at !== null && secondsBetween(at, now) <= SEEN_LATELY_SECONDS;

/**
 * Returns why no Prefect 1 agent picks up a run. An agent picks up runs whose labels are all among its own. An agent
 * with labels picks up no run without labels (flowRunQueue.ts).
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
  const wanted = tags.length === 0 ? 'without labels' : `with all labels of the run (${tags.join(', ')})`;
  return [
    {
      kind: 'NoAgent',
      message: `No agent ${wanted} has polled in the last ${SEEN_LATELY_SECONDS} s.`,
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

/** Agents and old clients can have any number of labels. */
const some = (labels: string[]) => labels.slice(0, LIMITS.tags);
