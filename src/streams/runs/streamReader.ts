import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../store/connection/database.ts';
import {
  flowRunLogsAfter,
  flowRunStatesAfter,
  flowRunTaskRunStatesAfter,
  type StreamLimits,
  type StreamName,
  type StreamRows,
  taskRunLogsAfter,
  taskRunStatesAfter,
  type Wanted,
} from '../../store/runs/streamReads.ts';
import { Rounds } from '../wakeUps/rounds.ts';
import type { StreamEvent } from '../wakeUps/topic.ts';
import type { Reading, Tail } from './tail.ts';

type ReadAfter = (
  database: Database,
  wanted: readonly Wanted[],
  limits: StreamLimits,
) => Promise<StreamRows<StreamEvent['row']>>;

const READS: { [Name in StreamName]: ReadAfter } = {
  flowRunStates: flowRunStatesAfter,
  taskRunStates: taskRunStatesAfter,
  flowRunTaskRunStates: flowRunTaskRunStatesAfter,
  flowRunLogs: flowRunLogsAfter,
  taskRunLogs: taskRunLogsAfter,
};
export const STREAM_NAMES = Object.keys(READS) as StreamName[];

const PER_STREAM: StreamLimits = { rows: 500, bytes: 4_000_000 };
/** Limits the result of one statement if many streams have many new rows, for example after an outage. */
const PER_STATEMENT: StreamLimits = { rows: 20_000, bytes: 32_000_000 };
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;

interface ReaderOptions {
  /** Returns what to read for a tail; null if it no longer needs anything. */
  readingOf: (tail: Tail) => Reading | null;
  onError: (error: unknown) => void;
  stopped: AbortSignal;
}

/**
 * Reads rows for tails. All tails of a kind in one round share a statement, and at most one statement of a kind runs at
 * a time. If the database is unreachable, the reader retries while the tails wait.
 */
export function streamReader(database: Database, options: ReaderOptions) {
  const rounds = new Map<StreamName, Rounds<Tail>>(STREAM_NAMES.map((name) => [name, roundsOf(name)]));

  function roundsOf(name: StreamName): Rounds<Tail> {
    let failures = 0;
    const ofKind = new Rounds<Tail>(async (tails) => {
      if (options.stopped.aborted) return;
      const readings = tails.flatMap((tail) => options.readingOf(tail) ?? []);
      if (readings.length === 0) return;
      const share = (what: keyof StreamLimits) =>
        Math.min(PER_STREAM[what], Math.ceil(PER_STATEMENT[what] / readings.length));
      let news: StreamRows<StreamEvent['row']>;
      try {
        news = await READS[name](database, readings, { rows: share('rows'), bytes: share('bytes') });
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
        const { rows, complete } = news.get(reading.id) ?? { rows: [], complete: true };
        reading.take(rows, complete);
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

/** A pause that is aborted rejects. The caller checks the signal instead. */
const orStopped = (paused: Promise<unknown>) => paused.catch(() => {});
