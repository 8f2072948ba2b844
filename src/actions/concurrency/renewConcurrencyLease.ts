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
 * Extends the lease of a slot, counted from now. The process that runs the flow run calls this periodically. NOT_FOUND
 * if the lease has expired or the slot was released, because another run may have the slot.
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
    if (!holder) throw new Problem('NOT_FOUND', `The lease ${leaseId} has expired or does not exist.`);
    return { holder };
  });
}
