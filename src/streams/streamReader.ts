import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../store/database.ts';
import {
  flowRunLogsAfter,
  flowRunStatesAfter,
  flowRunTaskRunStatesAfter,
  type StreamName,
  taskRunLogsAfter,
  taskRunStatesAfter,
  type Wanted,
} from '../store/streamReads.ts';
import { Rounds } from './rounds.ts';
import type { PlacedRow, Reading, Tail } from './tail.ts';

type ReadAfter = (database: Database, wanted: readonly Wanted[], limit: number) => Promise<Map<string, PlacedRow[]>>;

const READS: { [Name in StreamName]: ReadAfter } = {
  flowRunStates: flowRunStatesAfter,
  taskRunStates: taskRunStatesAfter,
  flowRunTaskRunStates: flowRunTaskRunStatesAfter,
  flowRunLogs: flowRunLogsAfter,
  taskRunLogs: taskRunLogsAfter,
};
export const STREAM_NAMES = Object.keys(READS) as StreamName[];

const ROWS_PER_STREAM = 500;
/** Bounds what one statement returns when very many streams have much to tell, after an outage for instance. */
const ROWS_PER_STATEMENT = 20_000;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;

interface ReaderOptions {
  /** What to read for a tail now; null where it wants nothing any more. */
  readingOf: (tail: Tail) => Reading | null;
  onError: (error: unknown) => void;
  stopped: AbortSignal;
}

/**
 * Reads for tails: all tails of one kind that ask in one round share one statement, and one statement of a kind is under
 * way at a time. When the database is away it tries again, and the tails just wait.
 */
export function streamReader(database: Database, options: ReaderOptions) {
  const rounds = new Map<StreamName, Rounds<Tail>>(STREAM_NAMES.map((name) => [name, roundsOf(name)]));

  function roundsOf(name: StreamName): Rounds<Tail> {
    let failures = 0;
    const ofKind = new Rounds<Tail>(async (tails) => {
      if (options.stopped.aborted) return;
      const readings = tails.flatMap((tail) => options.readingOf(tail) ?? []);
      if (readings.length === 0) return;
      const limit = Math.min(ROWS_PER_STREAM, Math.ceil(ROWS_PER_STATEMENT / readings.length));
      let rows: Map<string, PlacedRow[]>;
      try {
        rows = await READS[name](database, readings, limit);
        failures = 0;
      } catch (error) {
        if (options.stopped.aborted) return;
        options.onError(error);
        for (const tail of tails) ofKind.add(tail);
        await orStopped(
          pause(Math.min(FIRST_RETRY_MS * 2 ** failures++, LONGEST_RETRY_MS), null, { signal: options.stopped }),
        );
        return;
      }
      for (const reading of readings) {
        const found = rows.get(reading.id) ?? [];
        reading.take(found, found.length < limit);
      }
    });
    return ofKind;
  }

  return {
    add: (tail: Tail) => rounds.get(tail.name)?.add(tail),
    settled: async () => {
      await Promise.all([...rounds.values()].map((each) => each.settled()));
    },
  };
}

/** A pause that is broken off rejects; nobody needs to hear of it. */
const orStopped = (paused: Promise<unknown>) => paused.catch(() => {});
