import DataLoader from 'dataloader';
import type { ConcurrencyLimit, DeploymentConcurrency } from '../core/concurrency/concurrency.ts';
import { MAX_TOTAL_COUNT, type PageRequest } from '../core/values/page.ts';
import {
  concurrencyLimitCount,
  concurrencyLimitPage,
  concurrencyLimitsById,
  concurrencyLimitsByName,
  deploymentConcurrencies,
} from '../store/concurrency/concurrencyLimits.ts';
import { concurrencySlotCountsOf, concurrencySlotsOf } from '../store/concurrency/concurrencySlots.ts';
import type { Store } from '../store/connection/database.ts';
import { byId } from './byId.ts';
import { type ChildPage, counted } from './countedPage.ts';
import type { Pace } from './pace.ts';

/** Loads concurrency limits and their slots. */
export function concurrencyLoaders(database: Store, tenantId: string, pace: Pace, childPage: ChildPage) {
  const paced = { batchScheduleFn: pace.schedule };
  return {
    concurrencyLimit: byId(pace, (ids) => concurrencyLimitsById(database, tenantId, ids)),
    concurrencyLimitByName: new DataLoader<string, ConcurrencyLimit | null>(async (names) => {
      const found = new Map(
        (await concurrencyLimitsByName(database, tenantId, names)).map((limit) => [limit.name, limit]),
      );
      return names.map((name) => found.get(name) ?? null);
    }, paced),
    /** The number of a limit's slots that are taken. */
    activeSlots: new DataLoader<string, number>(async (limitIds) => {
      const counts = await concurrencySlotCountsOf(database, limitIds, MAX_TOTAL_COUNT);
      return limitIds.map((id) => counts.get(id) ?? 0);
    }, paced),
    /** Null if the deployment does not exist. */
    deploymentConcurrency: new DataLoader<string, DeploymentConcurrency | null>(async (deploymentIds) => {
      const found = await deploymentConcurrencies(database, tenantId, deploymentIds);
      return deploymentIds.map((id) => found.get(id) ?? null);
    }, paced),
    concurrencyLimits: (page: PageRequest) =>
      counted(concurrencyLimitPage(database, tenantId, page), () =>
        concurrencyLimitCount(database, tenantId, MAX_TOTAL_COUNT),
      ),
    /** The slots of a limit that are taken. */
    concurrencySlotsOf: (limitId: string, page: PageRequest) =>
      childPage(
        ['concurrencySlotsOf', {}, page],
        limitId,
        (ids) => concurrencySlotsOf(database, ids, page),
        (ids) => concurrencySlotCountsOf(database, ids, MAX_TOTAL_COUNT),
      ),
  };
}
