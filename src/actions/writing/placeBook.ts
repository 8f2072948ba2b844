import type { PlaceLimit } from '../../core/concurrency/concurrency.ts';
import { keepsSlots } from '../../core/rules/concurrencyRules.ts';
import type { StateType } from '../../core/runs/state.ts';
import { type CountedPlace, placeLimits } from '../../core/workPools/offer.ts';
import type { Transaction } from '../../store/connection/database.ts';
import type { FlowRunLimited } from '../../store/runs/limitedRuns.ts';
import { lockPlaces } from '../../store/workPools/countedPlaces.ts';

/** A run in a queue that has a limit, or whose pool has one. */
export interface Occupant {
  runId: string;
  place: NonNullable<FlowRunLimited['place']>;
  stateType: StateType;
  /** Whether the batch may make the run active. Its pool is locked then. */
  mayTake: boolean;
}

/**
 * Counts the active runs of work queues and pools while one transaction moves flow runs. Each decision sees what earlier
 * decisions of the batch took and freed. There is nothing to save: the slot is the run's state.
 */
export class PlaceBook {
  private readonly queueOf: ReadonlyMap<string, string>;
  private readonly active = new Set<string>();
  /** The active runs of the batch, by queue. */
  private readonly counts = new Map<string, number>();

  private constructor(
    occupants: readonly Occupant[],
    /** Without the runs of the batch. */
    private readonly places: readonly CountedPlace[],
  ) {
    this.queueOf = new Map(occupants.map(({ runId, place }) => [runId, place.workQueueId]));
    for (const { runId, stateType } of occupants) this.moved(runId, stateType);
  }

  static async open(transaction: Transaction, occupants: readonly Occupant[]): Promise<PlaceBook> {
    const pools = new Set(occupants.flatMap(({ place, mayTake }) => (mayTake ? place.workPoolId : [])));
    const runIds = occupants.map(({ runId }) => runId);
    return new PlaceBook(occupants, pools.size === 0 ? [] : await lockPlaces(transaction, [...pools], runIds));
  }

  /** The limits of a run's queue and pool, if they are locked. */
  limitsFor(runId: string): PlaceLimit[] {
    const workQueueId = this.queueOf.get(runId);
    if (workQueueId === undefined) return [];
    const now = this.places.map((place) => ({
      ...place,
      queueTaken: place.queueTaken + (this.counts.get(place.workQueueId) ?? 0),
    }));
    const place = now.find((one) => one.workQueueId === workQueueId);
    return place ? placeLimits(place, now) : [];
  }

  /** Records the state that a decision wrote. */
  moved(runId: string, type: StateType): void {
    const workQueueId = this.queueOf.get(runId);
    const isActive = keepsSlots('flow_run', type);
    if (workQueueId === undefined || isActive === this.active.has(runId)) return;
    this.counts.set(workQueueId, (this.counts.get(workQueueId) ?? 0) + (isActive ? 1 : -1));
    if (isActive) this.active.add(runId);
    else this.active.delete(runId);
  }
}
