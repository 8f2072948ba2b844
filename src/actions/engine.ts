import type { Database } from '../store/database.ts';
import type { Streams } from '../streams/streams.ts';
import { createWriter, drainWriter, type Writer } from './writer.ts';

/** What every use case works with. One for a process. */
export interface Engine {
  database: Database;
  streams: Streams;
  writer: Writer;
}

export interface EngineOptions {
  /** How many writes of a kind may wait before further ones are refused. Default 10,000. */
  maxWaitingWrites?: number;
}

export const startEngine = (
  database: Database,
  streams: Streams,
  { maxWaitingWrites = 10_000 }: EngineOptions = {},
): Engine => ({ database, streams, writer: createWriter(database, streams, { maxWaiting: maxWaitingWrites }) });

/** Waits until everything that was asked for has been written and answered. */
export const stopEngine = (engine: Engine): Promise<void> => drainWriter(engine.writer);
