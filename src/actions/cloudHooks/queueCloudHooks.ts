import { cloudHookEvent } from '../../core/cloudHooks/cloudHookEvent.ts';
import { insertDeliveries, matchingCloudHooks } from '../../store/cloudHooks/cloudHookDeliveries.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { newId } from '../writing/newId.ts';

/**
 * Notes what the tenants' cloud hooks have to be told of these states of flow runs, in the transaction that wrote them: a
 * state that is there is told, one that was rolled back never. Sending is the loop's work (services/cloudHookDelivery.ts).
 * Call it after the states were inserted, with those that have a Prefect 1 class; without any it costs nothing.
 */
export async function queueCloudHooks(transaction: Queryable, states: readonly { id: string }[]): Promise<void> {
  if (states.length === 0) return;
  const matching = await matchingCloudHooks(
    transaction,
    states.map(({ id }) => id),
  );
  if (matching.length === 0) return;
  await insertDeliveries(
    transaction,
    matching.map(({ cloudHookId, change }) => ({
      cloudHookId,
      event: cloudHookEvent(newId(), change),
    })),
  );
}
