import { type TriedState, testCloudHookEvent } from '../../core/cloudHooks/testCloudHookEvent.ts';
import type { Instant } from '../../core/values/instant.ts';
import { Problem } from '../../core/values/problem.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import { triedRun } from '../../store/cloudHooks/cloudHookDeliveries.ts';
import { cloudHookById } from '../../store/cloudHooks/cloudHooks.ts';
import { newId } from '../writing/newId.ts';
import { type CloudHookEngine, sendCloudHook } from './sendCloudHook.ts';

export interface TestCloudHook {
  cloudHookId: string;
  /** The run in the event. Null: an invented run. */
  flowRunId: string | null;
  state: TriedState;
}

/**
 * Sends an invented event through a hook, once and immediately; writes nothing. Throws a Problem if the hook or the run
 * does not exist, or if the request fails. Any answer of the receiver is a success, except a redirect.
 */
export async function testCloudHook(
  engine: CloudHookEngine,
  viewer: Viewer,
  { cloudHookId, flowRunId, state }: TestCloudHook,
  now: Instant,
): Promise<void> {
  const { database } = engine;
  const tenantId = visibleTenant(viewer);
  const [hook, run] = await Promise.all([
    cloudHookById(database, tenantId, cloudHookId),
    flowRunId === null ? null : triedRun(database, tenantId, flowRunId),
  ]);
  if (!hook || (flowRunId !== null && !run)) throw new Problem('NOT_FOUND', 'Invalid ID');
  if (engine.hookSender.isBusy())
    throw new Problem('UNAVAILABLE', 'Too many cloud hooks are being sent. Try again later.');
  const event = testCloudHookEvent(newId(), state, run, now, newId);
  const sent = await sendCloudHook(engine, hook, event);
  if ('failure' in sent) throw new Problem('FAILED_PRECONDITION', sent.failure);
  if (sent.status >= 300 && sent.status < 400)
    throw new Problem('FAILED_PRECONDITION', 'The receiver answered with a redirect, and redirects are not followed.');
}
