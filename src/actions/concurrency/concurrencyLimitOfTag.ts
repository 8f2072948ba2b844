import { type ConcurrencyLimit, limitNameOfTag } from '../../core/concurrency/concurrency.ts';
import { Problem } from '../../core/values/problem.ts';
import { concurrencyLimitsByName } from '../../store/concurrency/concurrencyLimits.ts';
import type { Models } from '../../store/connection/database.ts';

/** Returns a tag's limit. NOT_FOUND if it has none. */
export async function concurrencyLimitOfTag(
  database: Models,
  tenantId: string,
  tag: string,
): Promise<ConcurrencyLimit> {
  const [limit] = await concurrencyLimitsByName(database, tenantId, [limitNameOfTag(tag)]);
  if (!limit) throw unlimitedTag(tag);
  return limit;
}

export const unlimitedTag = (tag: string) => new Problem('NOT_FOUND', `The tag "${tag}" has no concurrency limit.`);
