import { checkTag } from '../../core/checks/checkConcurrency.ts';
import { limitNameOfTag } from '../../core/concurrency/concurrency.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { deleteLockedLimit, lockConcurrencyLimit } from '../../store/concurrency/concurrencyLimits.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { unlimitedTag } from './concurrencyLimitOfTag.ts';

export interface DeleteConcurrencyLimit extends Keyed {
  tag: string;
}

/** Deletes a tag's limit with its slots. The runs that hold slots continue. */
export async function deleteConcurrencyLimit(
  { database }: Engine,
  viewer: Viewer,
  input: DeleteConcurrencyLimit,
): Promise<{ concurrencyLimitId: string; tag: string }> {
  const { tag } = input;
  checkTag('tag', tag);
  return answerOnce(database, keyedRequest(viewer, 'deleteConcurrencyLimit', input), async (transaction) => {
    const id = await lockConcurrencyLimit(transaction, viewer.tenantId, limitNameOfTag(tag));
    if (id === null) throw unlimitedTag(tag);
    await deleteLockedLimit(transaction, id);
    return { concurrencyLimitId: id, tag };
  });
}
