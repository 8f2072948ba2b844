import { checkLeaseSeconds } from '../../core/checks/checkConcurrency.ts';
import { type ConcurrencySlot, LEASE_SECONDS } from '../../core/concurrency/concurrency.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { renewSlot } from '../../store/concurrency/concurrencySlots.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';

export interface RenewConcurrencyLease extends Keyed {
  leaseId: string;
  /** Default LEASE_SECONDS. */
  seconds?: number | null;
}

/**
 * Keeps a slot for so long from now on: who runs a flow run says so again and again. NOT_FOUND where the lease has expired or
 * the slot was given back: somebody else may have it.
 */
export async function renewConcurrencyLease(
  { database }: Engine,
  viewer: Viewer,
  input: RenewConcurrencyLease,
): Promise<{ holder: ConcurrencySlot }> {
  const { leaseId } = input;
  const seconds = input.seconds ?? LEASE_SECONDS;
  checkLeaseSeconds('seconds', seconds);
  return answerOnce(database, keyedRequest(viewer, 'renewConcurrencyLease', input), async (transaction) => {
    const holder = await renewSlot(transaction, viewer.tenantId, { leaseId, seconds });
    if (!holder) throw new Problem('NOT_FOUND', `The lease ${leaseId} has expired, or was never given.`);
    return { holder };
  });
}
