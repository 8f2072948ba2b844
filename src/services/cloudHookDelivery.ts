import { type CloudHookEngine, sendCloudHook } from '../actions/cloudHooks/sendCloudHook.ts';
import { deliveryRetryAfter, isWorthRetrying } from '../core/cloudHooks/deliveryRetries.ts';
import { addSeconds, type Instant } from '../core/values/instant.ts';
import {
  type Delivery,
  postponeDeliveries,
  removeDeliveries,
  takeDeliveries,
} from '../store/cloudHooks/cloudHookDeliveries.ts';
import type { Loop } from './loops.ts';

/** How late after its state a hook is told, at most, while there is no backlog. Idle, a round is one look into an index. */
const EVERY_MS = 1000;
/** Sent side by side. Every request ends within two seconds, so a batch does, too, whatever receivers do. */
const BATCH = 50;
/** A round goes on with a backlog for so long, and leaves the rest to the next: a server that stops waits for the round. */
const ROUND_MS = 3000;
/** For a process that dies in the middle of a batch: another one sends it again. */
const LEASE_SECONDS = 60;

/** Tells cloud hooks what was queued for them, until nothing is due. An event may come twice, with the same id. */
export const cloudHookDelivery = (onGivenUp: (delivery: Delivery, reason: string) => void): Loop => ({
  name: 'cloudHookDelivery',
  everyMs: EVERY_MS,
  async tick(engine, now) {
    const until = Date.now() + ROUND_MS;
    while ((await deliverBatch(engine, now, onGivenUp)) === BATCH && Date.now() < until);
  },
});

async function deliverBatch(
  { database, cloudHookAddresses }: CloudHookEngine,
  now: Instant,
  onGivenUp: (delivery: Delivery, reason: string) => void,
): Promise<number> {
  const deliveries = await takeDeliveries(database, now, addSeconds(now, LEASE_SECONDS), BATCH);
  if (deliveries.length === 0) return 0;
  const done: string[] = [];
  const postponed: { deliveryId: string; dueAt: Instant }[] = [];
  await Promise.all(
    deliveries.map(async (delivery) => {
      const sent = await sendCloudHook(database, cloudHookAddresses, delivery, delivery.event);
      const again = 'failure' in sent || isWorthRetrying(sent.status) ? deliveryRetryAfter(delivery.attempts) : null;
      if (again !== null) return postponed.push({ deliveryId: delivery.deliveryId, dueAt: addSeconds(now, again) });
      if ('failure' in sent || sent.status >= 400)
        onGivenUp(delivery, 'failure' in sent ? sent.failure : `HTTP ${sent.status}`);
      return done.push(delivery.deliveryId);
    }),
  );
  if (done.length > 0) await removeDeliveries(database, done);
  if (postponed.length > 0) await postponeDeliveries(database, postponed);
  return deliveries.length;
}
