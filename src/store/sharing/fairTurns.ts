import type { Gone } from '../../core/values/gone.ts';
import { Problem } from '../../core/values/problem.ts';

/** How often to look for clients that have gone, and for work that has become slow or has waited too long. */
const LOOK_MS = 20;

export interface FairTurnsOptions {
  /** How many turns are taken at the same time. One group takes at most all but one of them. */
  size: number;
  /** How many turns work may keep for longer than `slowAfterMs` while other work waits. */
  slow: number;
  slowAfterMs: number;
  /** How many may wait in one group. */
  maxWaiting: number;
  /** How long to wait for a turn. */
  maxWaitMs: { [lane in Lane]: number };
}

/** `slow` is for work that is known to take long: it only gets a turn that slow work may keep. */
export type Lane = (typeof LANES)[number];
const LANES = ['quick', 'slow'] as const;

/** Work that needs a turn. */
export interface Taking {
  /** Whose work it is, usually a tenant's. */
  readonly group: string;
  readonly lane: Lane;
  /** Whether the client no longer waits for the result. Without a turn, the work then loses its place in the queue. */
  readonly gone?: Gone | undefined;
  /** Called at most once, if the work should end now, because quick work waits. Null if it cannot. */
  readonly giveWay: (() => void) | null;
  /** Called at most once, if the client goes while the work has its turn. */
  readonly leave?: () => void;
}

export interface Turn {
  end(): void;
}

interface Waiting {
  taking: Taking;
  since: number;
  begin: (turn: Turn) => void;
  fail: (problem: Problem) => void;
}

/** Work that has a turn. Every statement creates one. */
class Holder implements Turn {
  readonly since = performance.now();
  /** Whether it gives way. */
  isAsked = false;
  hasLeft = false;

  constructor(
    private readonly turns: FairTurns,
    readonly taking: Taking,
  ) {}

  end(): void {
    this.turns.end(this);
  }
}

/**
 * Shares a number of connections among groups. The groups get turns one after the other, so that a group with a
 * thousand statements delays another group's first one by one turn at most. And since a few statements that take seconds
 * would hold every turn, long ones give way: if quick work waits, only `slow` of them may continue.
 */
export class FairTurns {
  private readonly holders = new Set<Holder>();
  private readonly held = new Map<string, number>();
  /** By group, in the order in which the groups get their next turns. */
  private readonly waiting: { readonly [lane in Lane]: Map<string, Waiting[]> } = { quick: new Map(), slow: new Map() };
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: FairTurnsOptions) {}

  /**
   * Returns a turn, now or when one is free. Throws UNAVAILABLE if the group's queue is full or the wait too long. End the
   * turn in any case.
   */
  take(taking: Taking): Turn | Promise<Turn> {
    const { group, lane, gone } = taking;
    if (gone?.aborted) return Promise.reject(clientIsGone());
    const queue = this.waiting[lane].get(group);
    if (!queue && this.mayBegin(group, lane)) return this.begin(taking);
    const waitingInGroup = (this.waiting.quick.get(group)?.length ?? 0) + (this.waiting.slow.get(group)?.length ?? 0);
    const { maxWaiting } = this.options;
    if (waitingInGroup >= maxWaiting) return Promise.reject(queueIsFull(maxWaiting));
    return new Promise((begin, fail) => {
      const waiting: Waiting = { taking, since: performance.now(), begin, fail };
      if (queue) queue.push(waiting);
      else this.waiting[lane].set(group, [waiting]);
      this.askToGiveWay();
      this.lookLater();
    });
  }

  private mayBegin(group: string, lane: Lane): boolean {
    const { size, slow } = this.options;
    if (this.holders.size >= size || (this.held.get(group) ?? 0) >= Math.max(1, size - 1)) return false;
    return lane === 'quick' || this.slowHolders().length < slow;
  }

  private begin(taking: Taking): Turn {
    const holder = new Holder(this, taking);
    this.holders.add(holder);
    this.held.set(taking.group, (this.held.get(taking.group) ?? 0) + 1);
    if (taking.gone) this.lookLater();
    return holder;
  }

  /** Called by `Turn.end`. */
  end(holder: Holder): void {
    if (!this.holders.delete(holder)) return;
    const { group } = holder.taking;
    const left = (this.held.get(group) ?? 1) - 1;
    if (left > 0) this.held.set(group, left);
    else this.held.delete(group);
    this.beginNext();
  }

  /** Begins what may begin. Slow work first: it gets few of the turns, and would get none while quick work waits. */
  private beginNext(): void {
    for (
      let next = this.takeNext('slow') ?? this.takeNext('quick');
      next;
      next = this.takeNext('slow') ?? this.takeNext('quick')
    )
      next.begin(this.begin(next.taking));
    this.askToGiveWay();
  }

  private takeNext(lane: Lane): Waiting | null {
    const queues = this.waiting[lane];
    for (const [group, queue] of queues) {
      if (!this.mayBegin(group, lane)) continue;
      // Behind the others.
      queues.delete(group);
      const next = queue.shift();
      if (queue.length > 0) queues.set(group, queue);
      if (next) return next;
    }
    return null;
  }

  private slowHolders(now = performance.now()): Holder[] {
    return [...this.holders].filter(
      (holder) => !holder.isAsked && (holder.taking.lane === 'slow' || this.slowIn(holder, now) <= 0),
    );
  }

  private turnsOfGroup({ taking: { group } }: Holder): number {
    return this.held.get(group) ?? 0;
  }

  private slowIn({ since }: Holder, now: number): number {
    return since + this.options.slowAfterMs - now;
  }

  /** Asks slow work to give way to quick work. */
  private askToGiveWay(): void {
    const { size, slow } = this.options;
    if (this.waiting.quick.size === 0 || slow >= size) return;
    // The holders are in the order in which they began.
    const [oldest] = this.holders;
    // One time for all decisions.
    const now = performance.now();
    if (!oldest || this.slowIn(oldest, now) > 0) return;
    let waiting = 0;
    for (const queue of this.waiting.quick.values()) waiting += queue.length;
    for (const { isAsked } of this.holders) if (isAsked) waiting -= 1;

    const slowOnes = this.slowHolders(now);
    // Of the group that holds the most turns, the newest, which loses the least work.
    const able = slowOnes
      .filter(({ taking: { lane, giveWay } }) => lane === 'quick' && giveWay)
      .sort((a, b) => this.turnsOfGroup(b) - this.turnsOfGroup(a) || b.since - a.since);
    for (const holder of able.slice(0, Math.max(0, Math.min(slowOnes.length - slow, waiting)))) {
      holder.isAsked = true;
      holder.taking.giveWay?.();
    }
  }

  /**
   * Looks for clients that have gone, for work that has waited too long, and for work that has become slow. Timers and
   * listeners for each statement would cost more than looking at all of them, as long as there are any.
   */
  private look(): void {
    this.timer = null;
    for (const lane of LANES) for (const [group, queue] of this.waiting[lane]) this.lookAt(lane, group, queue);
    let isNeeded = this.waiting.quick.size > 0 || this.waiting.slow.size > 0;
    for (const holder of this.holders) {
      const { gone } = holder.taking;
      if (!gone || holder.hasLeft) continue;
      isNeeded = true;
      if (!gone.aborted) continue;
      holder.hasLeft = true;
      holder.taking.leave?.();
    }
    this.askToGiveWay();
    if (isNeeded) this.lookLater();
  }

  private lookAt(lane: Lane, group: string, queue: readonly Waiting[]): void {
    const begunBefore = performance.now() - this.options.maxWaitMs[lane];
    const isLost = ({ taking, since }: Waiting) => taking.gone?.aborted || since < begunBefore;
    if (!queue.some(isLost)) return;
    const left = queue.filter((waiting) => !isLost(waiting));
    if (left.length > 0) this.waiting[lane].set(group, left);
    else this.waiting[lane].delete(group);
    for (const { taking, fail } of queue.filter(isLost)) fail(taking.gone?.aborted ? clientIsGone() : waitedTooLong());
  }

  private lookLater(): void {
    this.timer ??= setTimeout(() => this.look(), LOOK_MS);
  }
}

const queueIsFull = (max: number) =>
  new Problem(
    'UNAVAILABLE',
    `${max} statements of this client are waiting for the database. Retry the request later.`,
    {
      limit: 'waitingStatements',
      max,
    },
  );
const waitedTooLong = () =>
  new Problem('UNAVAILABLE', 'The database is unavailable: every connection is busy. Retry the request.');

/** The client has left, so it does not receive this. */
export const clientIsGone = () => new Problem('UNAVAILABLE', 'The client no longer waits for the answer.');
