import type { CloudHook } from '../../core/cloudHooks/cloudHook.ts';
import type { CloudHookEvent } from '../../core/cloudHooks/cloudHookEvent.ts';
import { type CloudHookAddresses, cloudHookRequests } from '../../core/cloudHooks/cloudHookRequests.ts';
import { insertMessage } from '../../store/cloudHooks/messages.ts';
import type { Engine } from '../writing/engine.ts';
import type { HookSender, Sent } from './hookSender.ts';

/** What use cases on cloud hooks work with. */
export interface CloudHookEngine extends Engine {
  cloudHookAddresses: CloudHookAddresses;
  hookSender: HookSender;
}

/**
 * Sends one event through one hook. Failures of the receiver are returned, not thrown. If a hook sends several requests,
 * returns the worst result.
 */
export async function sendCloudHook(
  { database, cloudHookAddresses, hookSender }: CloudHookEngine,
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
  const requests = cloudHookRequests(hook, event, cloudHookAddresses);
  const answers = await Promise.all(requests.map((request) => hookSender.send(hook.id, request)));
  return answers.reduce(worse, { status: 0 });
}

const worse = (a: Sent, b: Sent): Sent => ('failure' in a || (!('failure' in b) && a.status > b.status) ? a : b);
