import { cloudHookEvent } from '../../core/cloudHooks/cloudHookEvent.ts';
import { insertDeliveries, matchingCloudHooks } from '../../store/cloudHooks/cloudHookDeliveries.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { newId } from '../writing/newId.ts';

/**
 * Queues events about these flow run states for the tenants' cloud hooks, in the transaction that wrote the states:
 * every committed state is delivered, a rolled-back state never. A loop sends the events
 * (services/cloudHookDelivery.ts). Call this after the states were inserted, with the states that have a Prefect 1
 * class; without any it sends no statement.
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
