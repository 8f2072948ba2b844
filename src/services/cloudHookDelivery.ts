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

/** The maximum delay of a notification without a backlog. An idle round is one index lookup. */
const EVERY_MS = 1000;
/** Deliveries in parallel. Each request times out after two seconds at most, and so does a batch. */
const BATCH = 50;
/** The maximum length of a round; the next one continues. A server that stops waits for the round to end. */
const ROUND_MS = 3000;
/** If a process dies during a batch, another one sends the batch again after this time. */
const LEASE_SECONDS = 60;

/** Delivers the queued events of cloud hooks until none is due. An event may be sent twice, with the same id. */
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
