import { checkConcurrency, checkLeaseSeconds } from '../../core/checks/checkConcurrency.ts';
import { type CollisionStrategy, limitNameOfDeployment } from '../../core/concurrency/concurrency.ts';
import type { Deployment } from '../../core/runs/run.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import {
  deleteLockedLimit,
  insertConcurrencyLimit,
  lockConcurrencyLimit,
  setDeploymentConcurrency,
  updateConcurrencyLimitColumns,
} from '../../store/concurrency/concurrencyLimits.ts';
import type { Store } from '../../store/connection/database.ts';
import { deploymentsById } from '../../store/deployments/deployments.ts';
import { lockDeployment } from '../../store/deployments/deploymentWrites.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';

/** The concurrency settings of a deployment's runs. Absent fields stay unchanged. */
export interface ConcurrencyOptions {
  /** Null removes the limit. */
  limit?: number | null | undefined;
  collisionStrategy?: CollisionStrategy | null | undefined;
  /** Null sets the default. */
  gracePeriodSeconds?: number | null | undefined;
}

export interface SetDeploymentConcurrencyLimit extends Keyed, ConcurrencyOptions {
  deploymentId: string;
}

/** Limits how many runs of a deployment may be active at the same time. Runs that have slots keep them. */
export async function setDeploymentConcurrencyLimit(
  { database }: Engine,
  viewer: Viewer,
  input: SetDeploymentConcurrencyLimit,
): Promise<{ deployment: Deployment }> {
  const { deploymentId } = input;
  const { tenantId } = viewer;
  checkConcurrencyOptions(input);
  await answerOnce(database, keyedRequest(viewer, 'setDeploymentConcurrencyLimit', input), async (transaction) => {
    if (!(await lockDeployment(transaction, tenantId, deploymentId)))
      throw new Problem('NOT_FOUND', `Deployment with id ${deploymentId} not found`);
    await applyConcurrencyOptions(transaction, tenantId, deploymentId, input);
    return { deploymentId };
  });
  const [deployment] = await deploymentsById(database, tenantId, [deploymentId]);
  if (!deployment) throw new Error(`deployment ${deploymentId} is gone`);
  return { deployment };
}

export function checkConcurrencyOptions({ limit, gracePeriodSeconds }: ConcurrencyOptions): void {
  checkConcurrency('limit', limit);
  checkLeaseSeconds('gracePeriodSeconds', gracePeriodSeconds);
}

/** Writes checked options to a deployment that this transaction has locked or created. */
export async function applyConcurrencyOptions(
  transaction: Store,
  tenantId: string,
  deploymentId: string,
  { limit, collisionStrategy, gracePeriodSeconds }: ConcurrencyOptions,
): Promise<void> {
  const name = limitNameOfDeployment(deploymentId);
  if (limit === null) {
    const id = await lockConcurrencyLimit(transaction, tenantId, name);
    if (id !== null) await deleteLockedLimit(transaction, id);
  } else if (limit !== undefined) {
    const made = { id: newId(), tenantId, name, limit, active: true };
    if (!(await insertConcurrencyLimit(transaction, made)))
      await updateConcurrencyLimitColumns(transaction, tenantId, name, { limit, active: true });
  }
  await setDeploymentConcurrency(transaction, { tenantId, id: deploymentId }, name, {
    collisionStrategy: collisionStrategy ?? undefined,
    gracePeriodSeconds,
  });
}
