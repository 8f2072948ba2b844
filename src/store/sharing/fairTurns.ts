import type { Gone } from '../../core/values/clientSignal.ts';
import { Problem } from '../../core/values/problem.ts';

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
export type Lane = 'quick' | 'slow';

export interface Taking {
  /** Whose work it is, usually a tenant's. */
  group: string;
  lane: Lane;
  /** Called at most once, if the work should end now, because quick work waits. Null if it cannot. */
  giveWay: (() => void) | null;
  /** Aborted when the client no longer waits for the result. The work then loses its place in the queue. */
  gone?: Gone | undefined;
}

export interface Turn {
  end(): void;
}

interface Holder extends Taking {
  since: number;
  isAsked: boolean;
}

interface Waiting extends Taking {
  begin: (turn: Turn) => void;
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
  private look: NodeJS.Timeout | null = null;

  constructor(private readonly options: FairTurnsOptions) {}

  /** Waits for a turn. Throws UNAVAILABLE if the group's queue is full or the wait too long. End the turn in any case. */
  take(taking: Taking): Promise<Turn> {
    const { group, lane, gone } = taking;
    if (gone?.aborted) return Promise.reject(clientIsGone());
    const queue = this.waiting[lane].get(group);
    if (!queue && this.mayBegin(group, lane)) {
      const turn = this.begin(taking);
      this.askToGiveWay();
      return Promise.resolve(turn);
    }
    const waitingInGroup = (this.waiting.quick.get(group)?.length ?? 0) + (this.waiting.slow.get(group)?.length ?? 0);
    const { maxWaiting, maxWaitMs } = this.options;
    if (waitingInGroup >= maxWaiting) return Promise.reject(queueIsFull(maxWaiting));
    return new Promise((resolve, reject) => {
      const leave = (problem: Problem) => {
        this.forget(waiting);
        stopWaiting();
        reject(problem);
      };
      const timer = setTimeout(() => leave(waitedTooLong()), maxWaitMs[lane]);
      const giveUp = () => leave(clientIsGone());
      gone?.addEventListener('abort', giveUp);
      const stopWaiting = () => {
        clearTimeout(timer);
        gone?.removeEventListener('abort', giveUp);
      };
      const begin = (turn: Turn) => {
        stopWaiting();
        resolve(turn);
      };
      const waiting: Waiting = { ...taking, begin };
      if (queue) queue.push(waiting);
      else this.waiting[lane].set(group, [waiting]);
      this.askToGiveWay();
    });
  }

  private mayBegin(group: string, lane: Lane): boolean {
    const { size, slow } = this.options;
    if (this.holders.size >= size || (this.held.get(group) ?? 0) >= Math.max(1, size - 1)) return false;
    return lane === 'quick' || this.slowHolders().length < slow;
  }

  private begin(taking: Taking): Turn {
    const holder: Holder = { ...taking, since: performance.now(), isAsked: false };
    const { group } = taking;
    this.holders.add(holder);
    this.held.set(group, (this.held.get(group) ?? 0) + 1);
    return {
      end: () => {
        if (!this.holders.delete(holder)) return;
        const left = (this.held.get(group) ?? 1) - 1;
        if (left > 0) this.held.set(group, left);
        else this.held.delete(group);
        this.beginNext();
      },
    };
  }

  /** Begins what may begin. Slow work first: it gets few of the turns, and would get none while quick work waits. */
  private beginNext(): void {
    for (
      let next = this.takeNext('slow') ?? this.takeNext('quick');
      next;
      next = this.takeNext('slow') ?? this.takeNext('quick')
    )
      next.begin(this.begin(next));
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

  private forget({ group, lane, begin }: Waiting): void {
    const left = this.waiting[lane].get(group)?.filter((waiting) => waiting.begin !== begin) ?? [];
    if (left.length > 0) this.waiting[lane].set(group, left);
    else this.waiting[lane].delete(group);
  }

  private slowHolders(now = performance.now()): Holder[] {
    return [...this.holders].filter(
      (holder) => !holder.isAsked && (holder.lane === 'slow' || this.slowIn(holder, now) <= 0),
    );
  }

  private slowIn({ since }: Holder, now: number): number {
    return since + this.options.slowAfterMs - now;
  }

  /** Asks slow work to give way to quick work, now and when more work becomes slow. */
  private askToGiveWay(): void {
    const { size, slow, slowAfterMs } = this.options;
    if (this.waiting.quick.size === 0 || slow >= size) return;
    // The holders are in the order in which they began.
    const [oldest] = this.holders;
    // One time for all decisions: at two times, a holder could be neither slow nor about to become slow.
    const now = performance.now();
    const slowInMs = oldest ? this.slowIn(oldest, now) : slowAfterMs;
    if (slowInMs > 0) return void this.lookIn(slowInMs);
    let waiting = 0;
    for (const queue of this.waiting.quick.values()) waiting += queue.length;
    for (const { isAsked } of this.holders) if (isAsked) waiting -= 1;

    const slowOnes = this.slowHolders(now);
    // Of the group that holds the most turns, the newest, which loses the least work.
    const able = slowOnes
      .filter(({ lane, giveWay }) => lane === 'quick' && giveWay)
      .sort((a, b) => (this.held.get(b.group) ?? 0) - (this.held.get(a.group) ?? 0) || b.since - a.since);
    for (const holder of able.slice(0, Math.max(0, Math.min(slowOnes.length - slow, waiting)))) {
      holder.isAsked = true;
      holder.giveWay?.();
    }
    const becomesSlow = [...this.holders].flatMap((holder) => {
      const inMs = this.slowIn(holder, now);
      return !holder.isAsked && holder.lane === 'quick' && inMs > 0 ? inMs : [];
    });
    if (becomesSlow.length > 0) this.lookIn(Math.min(...becomesSlow));
  }

  /** Looks again then, or earlier. A timer for each statement would cost more than looking in vain twice a second. */
  private lookIn(ms: number): void {
    this.look ??= setTimeout(() => {
      this.look = null;
      this.askToGiveWay();
    }, ms);
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
