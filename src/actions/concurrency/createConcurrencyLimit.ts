import { checkConcurrency, checkTag } from '../../core/checks/checkConcurrency.ts';
import { type ConcurrencyLimit, limitNameOfTag } from '../../core/concurrency/concurrency.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { insertConcurrencyLimit } from '../../store/concurrency/concurrencyLimits.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';
import { concurrencyLimitOfTag } from './concurrencyLimitOfTag.ts';

export interface CreateConcurrencyLimit extends Keyed {
  tag: string;
  limit: number;
  /** Default true. */
  active?: boolean | null;
}

/** Returns a tag's limit, and creates it if there is none. An existing limit stays unchanged. */
export async function createConcurrencyLimit(
  { database }: Engine,
  viewer: Viewer,
  input: CreateConcurrencyLimit,
): Promise<{ concurrencyLimit: ConcurrencyLimit; created: boolean }> {
  const { tag, limit } = input;
  checkTag('tag', tag);
  checkConcurrency('limit', limit);
  const { tenantId } = viewer;
  const request = keyedRequest(viewer, 'createConcurrencyLimit', input);
  const { created } = await answerOnce(database, request, async (transaction) => ({
    created: await insertConcurrencyLimit(transaction, {
      id: newId(),
      tenantId,
      name: limitNameOfTag(tag),
      limit,
      active: input.active ?? true,
    }),
  }));
  return { concurrencyLimit: await concurrencyLimitOfTag(database, tenantId, tag), created };
}
