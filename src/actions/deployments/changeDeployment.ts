import type { Deployment } from '../../core/runs/run.ts';
import type { Instant } from '../../core/values/instant.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { Transaction } from '../../store/connection/database.ts';
import { lockDeployment } from '../../store/deployments/deploymentWrites.ts';
import type { Topic } from '../../streams/streams.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { scheduleDeployments } from './scheduleDeployments.ts';

export const unknownDeployment = (id: string) => new Problem('NOT_FOUND', `Deployment with id ${id} not found`);

/** A deployment under change, locked. */
export interface ChangingDeployment {
  transaction: Transaction;
  deployment: Deployment;
  now: Instant;
}

/**
 * Changes a deployment or its schedules, then creates the runs that its schedules require, in one transaction under the
 * deployment's lock. No reader sees runs of the deployment's earlier settings.
 * @param find returns the id of the deployment; throws if there is none
 * @param change returns the answer, and the runs that it removed
 */
export async function changeDeployment<Answer extends object>(
  { database, streams }: Engine,
  viewer: Viewer,
  { operation, input }: { operation: string; input: Keyed },
  find: (transaction: Transaction) => Promise<string>,
  change: (changing: ChangingDeployment) => Promise<{ answer: Answer; withdrawn: readonly string[] }>,
): Promise<Answer> {
  const topics: Topic[] = [];
  const answer = await answerOnce(database, keyedRequest(viewer, operation, input), async (transaction) => {
    const id = await find(transaction);
    const locked = await lockDeployment(transaction, viewer.tenantId, id);
    if (!locked) throw unknownDeployment(id);
    const { answer, withdrawn } = await change({ transaction, ...locked });
    const scheduled = await scheduleDeployments(transaction, [id], locked.now);
    topics.push(...withdrawn.map((runId): Topic => `flowRunStates:${runId}`), ...scheduled.topics);
    return answer;
  });
  streams.announce(topics);
  return answer;
}
