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

/** The work of a group that waits for a turn. Not empty. */
interface Queue {
  readonly group: string;
  waiting: Waiting[];
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
  // Few, so that lists suffice. Sets and maps with entries that come and go would cost far more: their outgrown tables keep
  // what was in them until the next major garbage collection, and each collection in between copies it.
  /** In the order in which they began. */
  private readonly holders: Holder[] = [];
  /** In the order in which the groups get their next turns. */
  private readonly waiting: { readonly [lane in Lane]: Queue[] } = { quick: [], slow: [] };
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: FairTurnsOptions) {}

  /**
   * Returns a turn, now or when one is free. Throws UNAVAILABLE if the group's queue is full or the wait too long. End the
   * turn in any case.
   */
  take(taking: Taking): Turn | Promise<Turn> {
    const { group, lane, gone } = taking;
    if (gone?.aborted) return Promise.reject(clientIsGone());
    const queue = this.queueOf(lane, group);
    if (!queue && this.mayBegin(group, lane)) return this.begin(taking);
    const { maxWaiting } = this.options;
    if (this.waitingIn(group) >= maxWaiting) return Promise.reject(queueIsFull(maxWaiting));
    return new Promise((begin, fail) => {
      const waiting: Waiting = { taking, since: performance.now(), begin, fail };
      if (queue) queue.waiting.push(waiting);
      else this.waiting[lane].push({ group, waiting: [waiting] });
      this.askToGiveWay();
      this.lookLater();
    });
  }

  private queueOf(lane: Lane, group: string): Queue | undefined {
    return this.waiting[lane].find((queue) => queue.group === group);
  }

  private waitingIn(group: string): number {
    let waiting = 0;
    for (const lane of LANES) waiting += this.queueOf(lane, group)?.waiting.length ?? 0;
    return waiting;
  }

  private turnsOf(group: string): number {
    let turns = 0;
    for (const { taking } of this.holders) if (taking.group === group) turns += 1;
    return turns;
  }

  private mayBegin(group: string, lane: Lane): boolean {
    const { size, slow } = this.options;
    if (this.holders.length >= size || this.turnsOf(group) >= Math.max(1, size - 1)) return false;
    return lane === 'quick' || this.slowHolders().length < slow;
  }

  private begin(taking: Taking): Turn {
    const holder = new Holder(this, taking);
    this.holders.push(holder);
    if (taking.gone) this.lookLater();
    return holder;
  }

  /** Called by `Turn.end`. */
  end(holder: Holder): void {
    const place = this.holders.indexOf(holder);
    if (place < 0) return;
    this.holders.splice(place, 1);
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

  private takeNext(lane: Lane): Waiting | undefined {
    const queues = this.waiting[lane];
    const place = queues.findIndex(({ group }) => this.mayBegin(group, lane));
    if (place < 0) return undefined;
    const [queue] = queues.splice(place, 1);
    const next = queue?.waiting.shift();
    // Behind the others.
    if (queue && queue.waiting.length > 0) queues.push(queue);
    return next;
  }

  private slowHolders(now = performance.now()): Holder[] {
    return this.holders.filter(
      (holder) => !holder.isAsked && (holder.taking.lane === 'slow' || this.slowIn(holder, now) <= 0),
    );
  }

  private slowIn({ since }: Holder, now: number): number {
    return since + this.options.slowAfterMs - now;
  }

  /** Asks slow work to give way to quick work. */
  private askToGiveWay(): void {
    const { size, slow } = this.options;
    if (this.waiting.quick.length === 0 || slow >= size) return;
    const [oldest] = this.holders;
    // One time for all decisions.
    const now = performance.now();
    if (!oldest || this.slowIn(oldest, now) > 0) return;
    let waiting = 0;
    for (const queue of this.waiting.quick) waiting += queue.waiting.length;
    for (const { isAsked } of this.holders) if (isAsked) waiting -= 1;

    const slowOnes = this.slowHolders(now);
    // Of the group that holds the most turns, the newest, which loses the least work.
    const able = slowOnes
      .filter(({ taking: { lane, giveWay } }) => lane === 'quick' && giveWay)
      .sort((a, b) => this.turnsOf(b.taking.group) - this.turnsOf(a.taking.group) || b.since - a.since);
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
    for (const lane of LANES) for (const queue of [...this.waiting[lane]]) this.lookAt(lane, queue);
    let isNeeded = LANES.some((lane) => this.waiting[lane].length > 0);
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

  private lookAt(lane: Lane, queue: Queue): void {
    const begunBefore = performance.now() - this.options.maxWaitMs[lane];
    const isLost = ({ taking, since }: Waiting) => taking.gone?.aborted || since < begunBefore;
    const lost = queue.waiting.filter(isLost);
    if (lost.length === 0) return;
    queue.waiting = queue.waiting.filter((waiting) => !isLost(waiting));
    if (queue.waiting.length === 0) this.waiting[lane].splice(this.waiting[lane].indexOf(queue), 1);
    for (const { taking, fail } of lost) fail(taking.gone?.aborted ? clientIsGone() : waitedTooLong());
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
