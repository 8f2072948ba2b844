import DataLoader from 'dataloader';
import type { ConcurrencyLimit, ConcurrencySlot, DeploymentConcurrency } from '../core/concurrency/concurrency.ts';
import { MAX_TOTAL_COUNT, type Page, type PageRequest } from '../core/values/page.ts';
import {
  concurrencyLimitCount,
  concurrencyLimitPage,
  concurrencyLimitsById,
  concurrencyLimitsByName,
  deploymentConcurrencies,
} from '../store/concurrency/concurrencyLimits.ts';
import { concurrencySlotCountsOf, concurrencySlotsOf } from '../store/concurrency/concurrencySlots.ts';
import type { Database } from '../store/connection/database.ts';
import { byId } from './byId.ts';
import type { ReadChildren } from './childLoaders.ts';
import type { CountedPage } from './loaders.ts';

type ChildPage = <Row>(
  way: [list: string, filter: object, rest: object],
  parentId: string,
  pages: ReadChildren<Page<Row>>,
  counts: ReadChildren<number>,
) => Promise<CountedPage<Row>>;

/** What a request reads of limits and their slots. */
export function concurrencyLoaders(database: Database, tenantId: string, childPage: ChildPage) {
  return {
    concurrencyLimit: byId((ids) => concurrencyLimitsById(database, tenantId, ids)),
    concurrencyLimitByName: new DataLoader<string, ConcurrencyLimit | null>(async (names) => {
      const found = new Map(
        (await concurrencyLimitsByName(database, tenantId, names)).map((limit) => [limit.name, limit]),
      );
      return names.map((name) => found.get(name) ?? null);
    }),
    /** How many slots of a limit are taken. */
    activeSlots: new DataLoader<string, number>(async (limitIds) => {
      const counts = await concurrencySlotCountsOf(database, limitIds, MAX_TOTAL_COUNT);
      return limitIds.map((id) => counts.get(id) ?? 0);
    }),
    /** Null where the deployment is gone. */
    deploymentConcurrency: new DataLoader<string, DeploymentConcurrency | null>(async (deploymentIds) => {
      const found = await deploymentConcurrencies(database, tenantId, deploymentIds);
      return deploymentIds.map((id) => found.get(id) ?? null);
    }),
    concurrencyLimits: async (page: PageRequest): Promise<CountedPage<ConcurrencyLimit>> => ({
      ...(await concurrencyLimitPage(database, tenantId, page)),
      totalCount: () => concurrencyLimitCount(database, tenantId, MAX_TOTAL_COUNT),
    }),
    /** The slots of a limit that are taken. */
    concurrencySlotsOf: (limitId: string, page: PageRequest): Promise<CountedPage<ConcurrencySlot>> =>
      childPage(
        ['concurrencySlotsOf', {}, page],
        limitId,
        (ids) => concurrencySlotsOf(database, ids, page),
        (ids) => concurrencySlotCountsOf(database, ids, MAX_TOTAL_COUNT),
      ),
  };
}
