import { checkConcurrency, checkTag } from '../../core/checks/checkConcurrency.ts';
import { type ConcurrencyLimit, limitNameOfTag } from '../../core/concurrency/concurrency.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { updateConcurrencyLimitColumns } from '../../store/concurrency/concurrencyLimits.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { concurrencyLimitOfTag, unlimitedTag } from './concurrencyLimitOfTag.ts';

export interface UpdateConcurrencyLimit extends Keyed {
  tag: string;
  limit?: number | null;
  active?: boolean | null;
}

/** Changes a tag's limit. Runs that have slots keep them, even if the new limit is lower. */
export async function updateConcurrencyLimit(
  { database }: Engine,
  viewer: Viewer,
  input: UpdateConcurrencyLimit,
): Promise<{ concurrencyLimit: ConcurrencyLimit }> {
  const { tag, limit = null, active = null } = input;
  checkTag('tag', tag);
  checkConcurrency('limit', limit);
  const { tenantId } = viewer;
  await answerOnce(database, keyedRequest(viewer, 'updateConcurrencyLimit', input), async (transaction) => {
    const id = await updateConcurrencyLimitColumns(transaction, tenantId, limitNameOfTag(tag), { limit, active });
    if (id === null) throw unlimitedTag(tag);
    return { id };
  });
  return { concurrencyLimit: await concurrencyLimitOfTag(database, tenantId, tag) };
}
