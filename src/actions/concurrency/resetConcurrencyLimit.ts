import { checkTag } from '../../core/checks/checkConcurrency.ts';
import { type ConcurrencyLimit, limitNameOfTag } from '../../core/concurrency/concurrency.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { lockConcurrencyLimit } from '../../store/concurrency/concurrencyLimits.ts';
import { releaseAllSlots } from '../../store/concurrency/concurrencySlotWrites.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { concurrencyLimitOfTag, unlimitedTag } from './concurrencyLimitOfTag.ts';

export interface ResetConcurrencyLimit extends Keyed {
  tag: string;
}

/**
 * Releases all slots of a tag's limit, for task runs that died without a final state. Task runs that still run continue
 * without a slot.
 */
export async function resetConcurrencyLimit(
  { database }: Engine,
  viewer: Viewer,
  input: ResetConcurrencyLimit,
): Promise<{ concurrencyLimit: ConcurrencyLimit; releasedSlots: number }> {
  const { tag } = input;
  checkTag('tag', tag);
  const { tenantId } = viewer;
  const request = keyedRequest(viewer, 'resetConcurrencyLimit', input);
  const { releasedSlots } = await answerOnce(database, request, async (transaction) => {
    const id = await lockConcurrencyLimit(transaction, tenantId, limitNameOfTag(tag));
    if (id === null) throw unlimitedTag(tag);
    return { releasedSlots: await releaseAllSlots(transaction, id) };
  });
  return { concurrencyLimit: await concurrencyLimitOfTag(database, tenantId, tag), releasedSlots };
}
