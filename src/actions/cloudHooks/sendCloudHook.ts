import type { CloudHook } from '../../core/cloudHooks/cloudHook.ts';
import type { CloudHookEvent } from '../../core/cloudHooks/cloudHookEvent.ts';
import {
  type CloudHookAddresses,
  type CloudHookRequest,
  cloudHookRequests,
} from '../../core/cloudHooks/cloudHookRequests.ts';
import { insertMessage } from '../../store/cloudHooks/messages.ts';
import type { Models } from '../../store/connection/database.ts';
import type { Engine } from '../writing/engine.ts';

/** What use cases on cloud hooks work with. */
export interface CloudHookEngine extends Engine {
  cloudHookAddresses: CloudHookAddresses;
}

/** The receiver's answer, or why the request failed. If a hook sends several requests, the worst result. */
export type Sent = { status: number } | { failure: string };

/**
 * Sends one event through one hook. Failures of the receiver are returned, not thrown. The time-outs of the requests
 * bound the duration.
 */
export async function sendCloudHook(
  database: Models,
  addresses: CloudHookAddresses,
  hook: CloudHook,
  event: CloudHookEvent,
): Promise<Sent> {
  if (hook.type === 'PREFECT_MESSAGE') {
    await insertMessage(database, {
      // One message per event, even if the event is sent again.
      id: event.id,
      tenantId: hook.tenantId,
      type: 'CLOUD_HOOK',
      content: { event, type: 'CLOUD_HOOK' },
    });
    return { status: 200 };
  }
  const answers = await Promise.all(cloudHookRequests(hook, event, addresses).map(post));
  return answers.reduce(worse, { status: 0 });
}

const worse = (a: Sent, b: Sent): Sent => ('failure' in a || (!('failure' in b) && a.status > b.status) ? a : b);

async function post({ url, headers, body, timeoutMs }: CloudHookRequest): Promise<Sent> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeoutMs) });
    // The body is not needed, and may be endless.
    await response.body?.cancel();
    return { status: response.status };
  } catch (error) {
    return { failure: reasonOf(error) };
  }
}

/** fetch reports "fetch failed"; the reason is in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
