import { setTimeout as pause } from 'node:timers/promises';
import { CONNECTIONS_PER_HOOK } from '../actions/cloudHooks/hookConnections.ts';
import { type CloudHookEngine, sendCloudHook } from '../actions/cloudHooks/sendCloudHook.ts';
import { deliveryRetryAfter, isDelivered, isWorthRetrying } from '../core/cloudHooks/deliveryRetries.ts';
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
/** Deliveries to take at a time. */
const BATCH = 50;
/** A round starts no more deliveries after this time; the next one continues. A server that stops waits for its end. */
const ROUND_MS = 3000;
/**
 * If a process dies during a delivery, another one sends it again after this time. Four deliveries of a TWILIO hook
 * with 40 numbers take at most 80 s: four connections, with a time-out of 2 s for each request.
 */
const LEASE_SECONDS = 120;

/** Called for a delivery that is given up. The reason contains neither the URL nor a secret. */
export type OnGivenUp = (delivery: Delivery, reason: string) => void;

/**
 * Delivers the queued events of cloud hooks until none is due. An event may be sent twice, with the same id. Each hook
 * has a few deliveries at a time, so that a receiver that does not answer delays no other hook.
 */
export const cloudHookDelivery = (onGivenUp: OnGivenUp): Loop => ({
  name: 'cloudHookDelivery',
  everyMs: EVERY_MS,
  async tick(engine, now) {
    const until = Date.now() + ROUND_MS;
    const running = new Map<string, Promise<unknown>>();
    const takeMore = () =>
      takeDeliveries(engine.database, {
        now,
        leasedUntil: addSeconds(now, LEASE_SECONDS),
        notOfHooks: [...running.keys()],
        perHook: CONNECTIONS_PER_HOOK,
        limit: BATCH,
      });
    try {
      while (Date.now() < until) {
        const taken = await takeMore();
        if (taken.length === 0 && running.size === 0) return;
        for (const [hookId, deliveries] of byHook(taken))
          running.set(
            hookId,
            deliver(engine, deliveries, now, onGivenUp).finally(() => running.delete(hookId)),
          );
        await Promise.race([...running.values(), pause(EVERY_MS)]);
      }
    } finally {
      await Promise.allSettled(running.values());
    }
  },
});

function byHook(deliveries: readonly Delivery[]): Map<string, Delivery[]> {
  const groups = new Map<string, Delivery[]>();
  for (const delivery of deliveries) groups.set(delivery.id, [...(groups.get(delivery.id) ?? []), delivery]);
  return groups;
}

async function deliver(
  engine: CloudHookEngine,
  deliveries: readonly Delivery[],
  now: Instant,
  onGivenUp: OnGivenUp,
): Promise<void> {
  const done: string[] = [];
  const postponed: { deliveryId: string; dueAt: Instant }[] = [];
  await Promise.all(
    deliveries.map(async (delivery) => {
      const sent = await sendCloudHook(engine, delivery, delivery.event);
      const again = 'failure' in sent || isWorthRetrying(sent.status) ? deliveryRetryAfter(delivery.attempts) : null;
      if (again !== null) return postponed.push({ deliveryId: delivery.deliveryId, dueAt: addSeconds(now, again) });
      if ('failure' in sent) onGivenUp(delivery, sent.code);
      else if (!isDelivered(sent.status)) onGivenUp(delivery, `HTTP ${sent.status}`);
      return done.push(delivery.deliveryId);
    }),
  );
  if (done.length > 0) await removeDeliveries(engine.database, done);
  if (postponed.length > 0) await postponeDeliveries(engine.database, postponed);
}
