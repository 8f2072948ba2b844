import type { Filter } from '../../core/filters/filter.ts';
import { MAX_TOTAL_COUNT } from '../../core/values/page.ts';
import type { Database } from '../../store/connection/database.ts';
import {
  type ChangePlace,
  flowRunChangesAfter,
  flowRunCountsByStateType,
  flowRunsChangedSince,
  matchingFlowRunIds,
} from '../../store/flowRuns/flowRunChanges.ts';
import { flowRunPage, type LeanFlowRun } from '../../store/flowRuns/flowRuns.ts';
import { Turns } from '../wakeUps/turns.ts';
import { MAX_HELD_RUNS } from './heldRuns.ts';

const CHANGES_PER_EVENT = 200;

/** The reads for one filter. */
export type ChangeReads = ReturnType<ReturnType<typeof changeReads>>;

/**
 * Reads with filters that users have written, so they are reads of the tenant. Also limits how many filters read at the
 * same time.
 */
export function changeReads(database: Database) {
  const turns = { changes: new Turns(3), counts: new Turns(1) };

  return (tenantId: string, filter: Filter) => {
    const reads = database.reads({ group: tenantId });
    return {
      matching: () => matchingFlowRunIds(reads, tenantId, filter, MAX_HELD_RUNS),
      /** Changes up to a transaction, or up to the horizon if it is null. */
      after: (after: ChangePlace, below: number | null) =>
        turns.changes.take(() =>
          flowRunChangesAfter(reads, tenantId, filter, { after, below, limit: CHANGES_PER_EVENT }),
        ),
      changedSince: (transaction: number) => flowRunsChangedSince(reads, tenantId, transaction, MAX_HELD_RUNS),
      counts: () => turns.counts.take(() => flowRunCountsByStateType(reads, tenantId, filter, MAX_TOTAL_COUNT)),
      newest: async (first: number): Promise<LeanFlowRun[]> => {
        const { rows } = await flowRunPage(reads, tenantId, { filter, page: { first }, wide: false });
        return rows.map(({ row }) => row);
      },
    };
  };
}
