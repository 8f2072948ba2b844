import { checkName, refuse } from '../../core/checks/checkText.ts';
import type { FlowRun } from '../../core/runs/run.ts';
import type { Instant } from '../../core/values/instant.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../core/values/page.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { type CountedPlace, extendOffer, isOpen, type Offer } from '../../core/workPools/offer.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { flowRunsById } from '../../store/flowRuns/flowRuns.ts';
import { countPlaces } from '../../store/workPools/countedPlaces.ts';
import { noteHeartbeat } from '../../store/workPools/workers.ts';
import { candidatesOf, notePolled } from '../../store/workPools/workPoolQueue.ts';
import { workPoolIdByName } from '../../store/workPools/workPools.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';
import { unknownWorkPool } from './workPoolContent.ts';

export interface PollWorkPool extends Keyed {
  workPoolName: string;
  /** Null or empty: all queues of the pool. */
  workQueueNames?: string[] | null;
  /** Returns runs that are due at or before this time. Null: all scheduled runs. */
  scheduledBefore?: Instant | null;
  limit?: number | null;
  /** The worker's name; it counts as a heartbeat. */
  workerName?: string | null;
}

/** The most queues that a poll may name. */
export const MAX_POLLED_QUEUES = 200;

/**
 * Returns the scheduled runs that may run now, the most urgent first (core/workPools/mayRun.ts). A poll takes no run: if several
 * workers get the same run, one of them can set it to PENDING.
 * Source: Prefect 3, api/workers.py, get_scheduled_flow_runs.
 */
export async function pollWorkPool(
  { database }: Engine,
  viewer: Viewer,
  input: PollWorkPool,
): Promise<{ flowRuns: FlowRun[] }> {
  check(input);
  const { workPoolName, scheduledBefore = null, workerName = null } = input;
  const names = input.workQueueNames?.length ? [...new Set(input.workQueueNames)] : null;
  const { tenantId } = viewer;
  const { ids } = await answerOnce(database, keyedRequest(viewer, 'pollWorkPool', input), async (transaction) => {
    const workPoolId = await workPoolIdByName(transaction, tenantId, workPoolName);
    if (workPoolId === null) throw unknownWorkPool(workPoolName);
    const polled = await notePolled(transaction, workPoolId, names);
    const unknown = names?.find((name) => !polled.includes(name));
    if (unknown !== undefined)
      throw new Problem('NOT_FOUND', `Work pool queue '${workPoolName}/${unknown}' not found.`);
    if (workerName !== null) {
      const worker = { id: newId(), workPoolId, name: workerName, heartbeatIntervalSeconds: null };
      await noteHeartbeat(transaction, worker);
    }
    const limit = input.limit ?? DEFAULT_PAGE_SIZE;
    return { ids: await runsToOffer(transaction, workPoolId, { names, scheduledBefore, limit }) };
  });
  const runs = new Map((await flowRunsById(database, tenantId, ids)).map((run) => [run.id, run]));
  return { flowRuns: ids.flatMap((id) => runs.get(id) ?? []) };
}

/** The fewest runs that are looked at per round. Most polls need one round. */
const MIN_ROUND = 50;

/**
 * Returns the ids of the runs to offer, the most urgent first. Runs that may not run are skipped, so that they hide no others.
 * A deployment or queue whose runs may not run is left out of the next round, so the rounds come to an end.
 */
async function runsToOffer(
  transaction: Queryable,
  workPoolId: string,
  { names, scheduledBefore, limit }: { names: string[] | null; scheduledBefore: Instant | null; limit: number },
): Promise<string[]> {
  const asked = ({ workQueueName }: CountedPlace) => names === null || names.includes(workQueueName);
  const seen: string[] = [];
  let offer: Offer = { offered: [], places: await countPlaces(transaction, [workPoolId]), closedDeploymentIds: [] };
  for (let isLast = false; !isLast && offer.offered.length < limit; ) {
    const { offered, places, closedDeploymentIds } = offer;
    const round = Math.max(MIN_ROUND, limit - offered.length);
    const workQueueIds = places.filter((place) => asked(place) && isOpen(place, places)).map((one) => one.workQueueId);
    if (workQueueIds.length === 0) break;
    const except = { exceptRunIds: seen, exceptDeploymentIds: closedDeploymentIds };
    const candidates = await candidatesOf(transaction, { workQueueIds, scheduledBefore, ...except, limit: round });
    seen.push(...candidates.map(({ id }) => id));
    offer = extendOffer(offer, candidates, limit);
    isLast = candidates.length < round;
  }
  return offer.offered.map(({ id }) => id);
}

function check({ workPoolName, workQueueNames, limit, workerName }: PollWorkPool): void {
  checkName('workPoolName', workPoolName);
  if ((workQueueNames?.length ?? 0) > MAX_POLLED_QUEUES)
    throw new Problem('LIMIT_EXCEEDED', `A poll may name at most ${MAX_POLLED_QUEUES} queues.`, {
      field: 'workQueueNames',
    });
  for (const [index, name] of (workQueueNames ?? []).entries()) checkName(`workQueueNames[${index}]`, name);
  if (typeof workerName === 'string') checkName('workerName', workerName);
  if (typeof limit !== 'number') return;
  if (limit < 0) refuse('limit', 'must be 0 or more.');
  if (limit > MAX_PAGE_SIZE)
    throw new Problem('LIMIT_EXCEEDED', `\`limit\` must be at most ${MAX_PAGE_SIZE}.`, { field: 'limit' });
}
