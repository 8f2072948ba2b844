import { tagOfLimit } from '../../core/concurrency/concurrency.ts';
import { keepsSlots } from '../../core/rules/concurrencyRules.ts';
import type { Effect, FlowRunMove, TaskRunMove } from '../../core/runs/move.ts';
import type { StateType } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import {
  type LockedLimit,
  lockLimits,
  releaseSlots,
  takeSlots,
} from '../../store/concurrency/concurrencySlotWrites.ts';
import type { Transaction } from '../../store/connection/database.ts';
import type { LockedFlowRun } from '../../store/flowRuns/lockFlowRuns.ts';
import type { FlowRunLimited, HeldSlot, TaskRunLimited } from '../../store/runs/limitedRuns.ts';
import type { LockedTaskRun } from '../../store/taskRuns/lockTaskRuns.ts';
import { type Occupant, PlaceBook } from './placeBook.ts';

type Holder = (FlowRunMove | TaskRunMove)['kind'];

/** A run that limits concern. */
interface Entrant {
  runId: string;
  /** The limits whose slots it may take; they are locked. */
  limitIds: readonly string[];
  /** The slots that it holds, including expired ones. */
  slots: readonly HeldSlot[];
}

/**
 * Keeps the slots of concurrency limits while one transaction moves runs. Taken slots are counted under the limits'
 * locks, each decision sees what earlier decisions took and released, and `save` writes the difference with the states.
 * Runs without limits are not in the book and cost nothing.
 *
 * Locks are taken in one order everywhere: flow runs, the limits of their deployments, their work pools, task runs, the limits
 * of their tags, counters; each kind by id or key. A limit belongs to a deployment or to a tag, never to both, so transactions cannot
 * deadlock.
 */
export class SlotBook {
  /** The slot that each run holds of each limit: before the batch, and now. */
  private readonly before: ReadonlyMap<string, readonly HeldSlot[]>;
  private readonly held: Map<string, Map<string, string>>;
  /** For each locked limit, the slots of this batch's runs that count. */
  private readonly counted: Map<string, Set<string>>;
  /** When the slots that `save` writes expire. */
  private readonly expiries = new Map<string, Instant | null>();

  private constructor(
    private readonly transaction: Transaction,
    private readonly holder: Holder,
    entrants: readonly Entrant[],
    private readonly limits: ReadonlyMap<string, LockedLimit>,
    private readonly places: PlaceBook | null,
  ) {
    this.before = new Map(entrants.map(({ runId, slots }) => [runId, slots]));
    this.held = new Map(
      entrants.map(({ runId, slots }) => [runId, new Map(slots.map(({ id, limitId }) => [limitId, id]))]),
    );
    this.counted = new Map([...limits.values()].map(({ id, own }) => [id, new Set(own)]));
  }

  /** @param runIds the run of each move */
  static ofFlowRuns(
    transaction: Transaction,
    locked: ReadonlyMap<string, Pick<LockedFlowRun, 'initial' | 'limited'>>,
    runIds: readonly string[],
  ): Promise<SlotBook> {
    const often = repeated(runIds);
    const entrants = [...locked].flatMap(([runId, { initial, limited }]): Entrant[] => {
      if (!limited?.deployment) return [];
      // A running run needs no slot, unless it moves twice.
      const isAtWork = initial.type === 'RUNNING' || initial.type === 'CANCELLING';
      const limitIds = isAtWork && !often.has(runId) ? [] : [limited.deployment.limitId];
      return [{ runId, limitIds, slots: limited.slots }];
    });
    const occupants = [...locked].flatMap(([runId, { initial, limited }]): Occupant[] => {
      if (!limited?.place) return [];
      const mayTake = !keepsSlots('flow_run', initial.type) || often.has(runId);
      return [{ runId, place: limited.place, stateType: initial.type, mayTake }];
    });
    return SlotBook.open(transaction, 'flow_run', entrants, occupants);
  }

  /** @param runIds the run of each move */
  static ofTaskRuns(
    transaction: Transaction,
    locked: ReadonlyMap<string, Pick<LockedTaskRun, 'initial' | 'limited'>>,
    runIds: readonly string[],
  ): Promise<SlotBook> {
    const often = repeated(runIds);
    const entrants = [...locked].flatMap(([runId, { initial, limited }]): Entrant[] => {
      if (limited === null) return [];
      const { slots } = limited;
      // A run that has all its slots needs none, unless it moves twice.
      const has = new Set(slots.map(({ limitId }) => limitId));
      const hasAll = initial.type === 'RUNNING' && limited.limitIds.every((id) => has.has(id));
      return [{ runId, limitIds: hasAll && !often.has(runId) ? [] : limited.limitIds, slots }];
    });
    return SlotBook.open(transaction, 'task_run', entrants);
  }

  private static async open(
    transaction: Transaction,
    holder: Holder,
    entrants: readonly Entrant[],
    occupants: readonly Occupant[] = [],
  ): Promise<SlotBook> {
    const limitIds = [...new Set(entrants.flatMap((entrant) => entrant.limitIds))];
    const runIds = entrants.map(({ runId }) => runId);
    // The order in which the locks are taken is the order of these calls.
    const [limits, places] = await Promise.all([
      limitIds.length === 0 ? new Map<string, LockedLimit>() : lockLimits(transaction, limitIds, runIds),
      occupants.length === 0 ? null : PlaceBook.open(transaction, occupants),
    ]);
    return new SlotBook(transaction, holder, entrants, limits, places);
  }

  /** What the rules may know about a flow run's slots. */
  flowRunFacts(
    runId: string,
    limited: FlowRunLimited | null,
  ): Pick<FlowRunMove, 'holdsSlots' | 'deploymentLimit' | 'deploymentIsGone' | 'placeLimits'> {
    if (limited === null) return {};
    const { deployment, deploymentIsGone } = limited;
    const limit = deployment === null ? undefined : this.limits.get(deployment.limitId);
    return {
      deploymentIsGone,
      holdsSlots: this.holdsSlots(runId),
      deploymentLimit:
        deployment && limit
          ? { ...deployment, ...this.countOf(limit), ownSlotId: this.ownSlot(runId, limit.id) }
          : null,
      placeLimits: this.places?.limitsFor(runId) ?? [],
    };
  }

  /** What the rules may know about a task run's slots. */
  taskRunFacts(runId: string, limited: TaskRunLimited | null): Pick<TaskRunMove, 'holdsSlots' | 'tagLimits'> {
    if (limited === null) return {};
    const tagLimits = limited.limitIds
      .flatMap((limitId) => this.limits.get(limitId) ?? [])
      .map((limit) => ({
        ...this.countOf(limit),
        tag: tagOfLimit(limit.name) ?? limit.name,
        own: this.ownSlot(runId, limit.id) !== null,
      }));
    return { holdsSlots: this.holdsSlots(runId), tagLimits };
  }

  private holdsSlots(runId: string): boolean {
    return (this.held.get(runId)?.size ?? 0) > 0;
  }

  private countOf({ id, limit, others }: LockedLimit) {
    return { limitId: id, limit, taken: others + (this.counted.get(id)?.size ?? 0) };
  }

  /** The run's slot of a limit, if it still counts. */
  private ownSlot(runId: string, limitId: string): string | null {
    const slotId = this.held.get(runId)?.get(limitId);
    return slotId !== undefined && this.counted.get(limitId)?.has(slotId) ? slotId : null;
  }

  /** Records the slots that a decision takes and releases, and the state that it wrote. */
  apply(runId: string, effects: readonly Effect[], type: StateType): void {
    this.places?.moved(runId, type);
    for (const effect of effects) {
      if (effect.kind === 'takeSlot') this.take(runId, effect);
      if (effect.kind === 'releaseSlots') this.release(runId);
    }
  }

  private take(runId: string, { slotId, limitId, expires }: Extract<Effect, { kind: 'takeSlot' }>): void {
    this.held.get(runId)?.set(limitId, slotId);
    this.counted.get(limitId)?.add(slotId);
    this.expiries.set(slotId, expires);
  }

  private release(runId: string): void {
    for (const [limitId, slotId] of this.held.get(runId) ?? []) this.counted.get(limitId)?.delete(slotId);
    this.held.get(runId)?.clear();
  }

  /** Sends the statements that write the difference. */
  save(): void {
    const now = [...this.held].flatMap(([runId, slots]) => [...slots].map(([limitId, id]) => ({ id, limitId, runId })));
    const kept = new Set(now.map(({ id }) => id));
    const released = [...this.before.values()].flat().filter(({ id }) => !kept.has(id));
    const taken = now.flatMap((slot) => {
      const expires = this.expiries.get(slot.id);
      return expires === undefined ? [] : { ...slot, holder: this.holder, expires };
    });
    // Release before taking: a run has at most one slot of a limit.
    if (released.length > 0) {
      const ids = released.map(({ id }) => id);
      releaseSlots(this.transaction, ids);
    }
    if (taken.length > 0) takeSlots(this.transaction, taken);
  }
}

/** Returns the ids that occur more than once. */
function repeated(ids: readonly string[]): Set<string> {
  const seen = new Set<string>();
  return new Set(ids.filter((id) => seen.size === seen.add(id).size));
}
