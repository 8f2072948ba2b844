import type { TaskRun } from '../core/runs/run.ts';
import { Problem } from '../core/values/problem.ts';
import type { Database } from '../store/connection/database.ts';
import { streamHeads } from '../store/runs/streamHeads.ts';
import type { StreamName } from '../store/runs/streamReads.ts';
import type { FlowRunChangesEvent } from './changes/changeEvent.ts';
import { openChangeStreams, type StartOfChanges } from './changes/changeStreams.ts';
import { Follower } from './runs/follower.ts';
import { headReader } from './runs/headReader.ts';
import { readStreamCursor } from './runs/streamCursor.ts';
import { STREAM_NAMES, streamReader } from './runs/streamReader.ts';
import { Tail } from './runs/tail.ts';
import { openTaskQueue } from './taskQueue.ts';
import { Rounds } from './wakeUps/rounds.ts';
import { readTopic, type StreamEvent, type StreamRow, type Topic, topicName } from './wakeUps/topic.ts';
import { openWakeUps } from './wakeUps/wakeUps.ts';

export type { FlowRunChange, FlowRunChangesEvent } from './changes/changeEvent.ts';
export type { StreamEvent, StreamRow, Topic } from './wakeUps/topic.ts';

export interface StartOfStream {
  /** The cursor of the last received event. */
  after?: string | null;
  /** Without a cursor, the stream starts with the first event of the run, or, if this is true, with the next one. */
  fromNow?: boolean;
}

export interface Streams {
  /** Wakes the followers: immediately in this process, soon in others. Call it after commit. */
  announce(topics: Iterable<Topic>): void;
  /**
   * Follows a stream: returns each event after the start once, in commit order, including everything that is committed
   * after the promise resolves. Ends if `return` is called, if the run is deleted or if the streams are closed. Throws
   * INVALID_CURSOR, and NOT_FOUND if the run does not exist. The iterator throws INVALID_CURSOR if the database is
   * restored to an earlier time.
   */
  follow<Name extends StreamName>(
    topic: Topic<Name>,
    from?: StartOfStream,
  ): Promise<AsyncIterableIterator<StreamEvent<StreamRow[Name]>>>;
  /**
   * Follows the flow runs that match a filter: those that begin to match, that change, and that no longer match. An
   * event may repeat earlier ones. Throws INVALID_CURSOR. So does the iterator if the database is restored to an
   * earlier time.
   */
  followFlowRuns(start: StartOfChanges): Promise<AsyncIterableIterator<FlowRunChangesEvent>>;
  /** Follows the background task runs of these keys that wait for a worker: the present ones, then each new one. */
  followTasks(tenantId: string, taskKeys: readonly string[]): AsyncIterableIterator<TaskRun>;
  /** Ends every follower, and resolves when no statement of the streams is running. */
  close(): Promise<void>;
}

export interface StreamsOptions {
  /** How often all streams poll the database: the longest delay after a lost wake-up. Default 2,000. */
  pollMs?: number;
  /** Called with each failed read or notification. They are retried. */
  onError?: (error: unknown) => void;
}

const WENT_BACK =
  'The database is behind this stream: it was restored to an earlier time, or the cursor is from another database. Read the run again and follow it from there.';

export async function openStreams(database: Database, options: StreamsOptions = {}): Promise<Streams> {
  const onError = options.onError ?? (() => {});
  const tails = new Map<string, Tail>();
  const closing = new AbortController();

  const heads = headReader(database);
  const reader = { onError, stopped: closing.signal };
  const news = streamReader(database, { ...reader, readingOf: (tail) => tail.newsReading() });
  // Pages are read in parallel with news, so that slow followers do not delay the others.
  const pages = streamReader(database, { ...reader, readingOf: (tail) => tail.pageReading() });

  const changes = openChangeStreams(database, onError);
  const tasks = openTaskQueue(database, onError);

  const checks = new Rounds<'all'>(async () => {
    await Promise.all(STREAM_NAMES.map((name) => check(name).catch(onError)));
  });
  const wakeUps = await openWakeUps(database, {
    woken: (topic) => wake(topic),
    // While the listener was disconnected, any notification may have been missed.
    connected: () => {
      checks.add('all');
      changes.poll();
      tasks.poll();
    },
    error: onError,
  });
  const poll = setInterval(() => {
    checks.add('all');
    changes.poll();
    tasks.poll();
    for (const { followers } of tails.values()) for (const follower of followers) follower.letGoOfIdlePage();
  }, options.pollMs ?? 2_000);

  function wake(topic: string): void {
    tails.get(topic)?.wake();
    const name = topicName(topic);
    changes.woken(name);
    tasks.woken(name);
  }

  /** Compares the streams of a kind with the database, and wakes those that missed an event. */
  async function check(name: StreamName): Promise<void> {
    const read = [...tails.values()].flatMap((tail) =>
      tail.name === name && tail.window ? { tail, window: tail.window, to: tail.window.to } : [],
    );
    if (read.length === 0) return;
    const found = await streamHeads(
      database,
      name,
      read.map(({ tail }) => tail.id),
    );
    for (const { tail, window, to } of read) {
      const head = found.get(tail.id);
      if (head === undefined) finish(tail, null);
      else if (head < to) finish(tail, new Problem('INVALID_CURSOR', WENT_BACK));
      else if (head > window.to) tail.wake();
    }
  }

  function finish(tail: Tail, problem: Problem | null): void {
    forget(tail);
    tail.finish(problem);
  }

  function forget(tail: Tail): void {
    if (tails.get(tail.topic) === tail) tails.delete(tail.topic);
  }

  function attach(stream: ReturnType<typeof readTopic>): { tail: Tail; follower: Follower } {
    const tail = tails.get(stream.topic) ?? new Tail(stream, { news: news.add, pages: pages.add });
    tails.set(stream.topic, tail);
    const follower = new Follower(tail, () => {
      if (tail.followers.size === 0) forget(tail);
    });
    return { tail, follower };
  }

  async function place(tail: Tail, after: number | null, fromNow: boolean): Promise<number> {
    // The head is not needed if the tail has already passed the place.
    const isKnown = tail.window !== null && (after === null ? !fromNow : after <= tail.window.to);
    if (isKnown) return after ?? 0;
    const head = await heads.head(tail);
    if (head === null) throw new Problem('NOT_FOUND', 'There is no such run.');
    tail.begin(head);
    if (after !== null && after > head) throw new Problem('INVALID_CURSOR', WENT_BACK);
    return after ?? (fromNow ? head : 0);
  }

  return {
    announce(topics) {
      const announced = new Set(topics);
      for (const topic of announced) wake(topic);
      wakeUps.send(announced);
    },

    async follow<Name extends StreamName>(topic: Topic<Name>, { after, fromNow }: StartOfStream = {}) {
      if (closing.signal.aborted) throw new Problem('UNAVAILABLE', 'This server is stopping. Connect again.');
      const stream = readTopic(topic);
      const position = after == null ? null : readStreamCursor(after, stream.topic);
      // Attach first, then read: a commit in between wakes the tail.
      const { tail, follower } = attach(stream);
      try {
        follower.startAfter(await place(tail, position, fromNow ?? false));
      } catch (error) {
        follower.leave();
        throw error;
      }
      // The cast: the tail of a topic holds rows of its kind.
      return follower as AsyncIterableIterator<StreamEvent<StreamRow[Name]>>;
    },

    followFlowRuns: (start) => changes.follow(start),
    followTasks: tasks.follow,

    async close() {
      closing.abort();
      clearInterval(poll);
      tasks.close();
      for (const { followers } of tails.values()) for (const follower of [...followers]) follower.leave();
      await Promise.all([
        wakeUps.close(),
        changes.close(),
        checks.settled(),
        heads.settled(),
        news.settled(),
        pages.settled(),
      ]);
    },
  };
}
