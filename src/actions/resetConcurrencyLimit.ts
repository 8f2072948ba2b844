import { checkTag } from '../core/checkConcurrency.ts';
import { type ConcurrencyLimit, limitNameOfTag } from '../core/concurrency.ts';
import type { Viewer } from '../core/viewer.ts';
import { lockConcurrencyLimit, releaseAllSlots } from '../store/concurrencyLimitWrites.ts';
import { answerOnce, type Keyed, keyedRequest } from './answerBook.ts';
import { concurrencyLimitOfTag, unlimitedTag } from './concurrencyLimitOfTag.ts';
import type { Engine } from './engine.ts';

export interface ResetConcurrencyLimit extends Keyed {
  tag: string;
}

/** Frees all slots of a tag's limit: for task runs that died without a word. Those that live go on without a slot. */
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
