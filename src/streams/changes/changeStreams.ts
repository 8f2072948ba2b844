import type { Filter } from '../../core/filters/filter.ts';
import { DEFAULT_PAGE_SIZE } from '../../core/values/page.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Database } from '../../store/connection/database.ts';
import { flowRunChangesHeads } from '../../store/flowRuns/flowRunChanges.ts';
import { Rounds } from '../wakeUps/rounds.ts';
import type { TopicName } from '../wakeUps/topic.ts';
import type { FlowRunChangesEvent } from './changeEvent.ts';
import { ChangeFollower } from './changeFollower.ts';
import { changeReads } from './changeReads.ts';
import { ChangeTail } from './changeTail.ts';

export interface StartOfChanges {
  tenantId: string;
  filter: Filter;
  /** The cursor of the last received event. Without a cursor, the first event is a snapshot. */
  after?: string | null;
  /** The size of the snapshot, which has the newest matching runs. Default 50, at most 200. */
  first?: number | null;
  /** Whether to send counts. They cost about one statement per second while runs change. */
  wantsCounts: boolean;
}

interface Watched {
  tail: ChangeTail;
  tenantId: string;
}

const FIRST_LOOK_AGAIN_MS = 10;
const LAST_LOOK_AGAIN_MS = 250;

/** The topics that announce changes of flow runs: new states, and all other changes. */
const TOPICS: readonly string[] = ['flowRunStates', 'flowRunChanges'] satisfies TopicName[];

/** Streams the flow runs that match filters. Followers with the same tenant and filter share a tail. */
export function openChangeStreams(database: Database, onError: (error: unknown) => void) {
  const watched = new Map<string, Watched>();
  const readsOf = changeReads(database);
  let isClosed = false;
  let lookAgain: NodeJS.Timeout | null = null;
  let lookAgainMs = FIRST_LOOK_AGAIN_MS;

  // One statement finds the tails that are behind, for all tenants and filters.
  const looks = new Rounds<'look'>(async () => {
    const tenantIds = [...new Set([...watched.values()].map(({ tenantId }) => tenantId))];
    if (tenantIds.length === 0) return;
    try {
      const heads = await flowRunChangesHeads(database, tenantIds);
      for (const { tail, tenantId } of watched.values())
        if (tail.isBehind(heads.get(tenantId)?.newest ?? 0)) tail.wake();
      if ([...heads.values()].some(({ newest, horizon }) => newest >= horizon)) waitForHorizon();
    } catch (error) {
      onError(error);
    }
  });

  function look(): void {
    if (watched.size > 0 && !isClosed) looks.add('look');
  }

  /** An older transaction that is still open holds back changes. Its end is not announced, so poll for it. */
  function waitForHorizon(): void {
    if (isClosed) return;
    lookAgain ??= setTimeout(() => {
      lookAgain = null;
      look();
    }, lookAgainMs);
    lookAgainMs = Math.min(lookAgainMs * 2, LAST_LOOK_AGAIN_MS);
  }

  function tailOf({ tenantId, filter }: StartOfChanges): { key: string; tail: ChangeTail } {
    const key = JSON.stringify([tenantId, filter]);
    const known = watched.get(key);
    if (known) return { key, tail: known.tail };
    const tail: ChangeTail = new ChangeTail({
      reads: readsOf(tenantId, filter),
      onError,
      ended: () => forget(key, tail),
    });
    watched.set(key, { tail, tenantId });
    return { key, tail };
  }

  function forget(key: string, tail: ChangeTail): void {
    if (watched.get(key)?.tail !== tail) return;
    tail.stop();
    watched.delete(key);
  }

  async function begin(follower: ChangeFollower, tail: ChangeTail, { after, first, wantsCounts }: StartOfChanges) {
    await tail.begin();
    const [start] = await Promise.all([
      after == null ? tail.snapshot(first ?? DEFAULT_PAGE_SIZE) : tail.placeOf(after),
      wantsCounts ? tail.counts.get() : null,
    ]);
    if ('event' in start) follower.beginWith(start);
    else follower.resumeAfter(start);
  }

  return {
    async follow(start: StartOfChanges): Promise<AsyncIterableIterator<FlowRunChangesEvent>> {
      if (isClosed) throw new Problem('UNAVAILABLE', 'This server is stopping. Connect again.');
      // Attach first, then read: a commit in between wakes the tail.
      const { key, tail } = tailOf(start);
      const follower = new ChangeFollower(tail, start.wantsCounts, () => {
        if (tail.followers.size === 0) forget(key, tail);
      });
      try {
        await begin(follower, tail, start);
      } catch (error) {
        follower.leave();
        throw error;
      }
      return follower;
    },
    /** A topic of this name was announced, here or by another process. */
    woken(name: string): void {
      if (watched.size === 0 || !TOPICS.includes(name)) return;
      lookAgainMs = FIRST_LOOK_AGAIN_MS;
      look();
    },
    /** Called periodically: finds changes that were not announced, and drops idle pages. */
    poll(): void {
      look();
      for (const { tail } of watched.values()) for (const follower of tail.followers) follower.letGoOfIdlePage();
    },
    /** Ends every follower, and resolves when no statement is running. */
    async close(): Promise<void> {
      isClosed = true;
      if (lookAgain) clearTimeout(lookAgain);
      const tails = [...watched.values()].map(({ tail }) => tail);
      for (const { followers } of tails) for (const follower of [...followers]) follower.leave();
      await Promise.all([looks.settled(), ...tails.map((tail) => tail.settled())]);
    },
  };
}
