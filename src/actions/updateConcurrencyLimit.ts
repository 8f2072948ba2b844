import { checkConcurrency, checkTag } from '../core/checkConcurrency.ts';
import { type ConcurrencyLimit, limitNameOfTag } from '../core/concurrency.ts';
import type { Viewer } from '../core/viewer.ts';
import { updateConcurrencyLimitColumns } from '../store/concurrencyLimitWrites.ts';
import { answerOnce, type Keyed, keyedRequest } from './answerBook.ts';
import { concurrencyLimitOfTag, unlimitedTag } from './concurrencyLimitOfTag.ts';
import type { Engine } from './engine.ts';

export interface UpdateConcurrencyLimit extends Keyed {
  tag: string;
  limit?: number | null;
  active?: boolean | null;
}

/** Changes the limit of a tag. Runs that have slots keep them, also where there are more of them than slots now. */
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
