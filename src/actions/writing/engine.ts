import type { Database } from '../../store/connection/database.ts';
import type { Streams } from '../../streams/streams.ts';
import type { FlowRunFollower } from './moveFlowRunBatch.ts';
import type { Writer } from './writer.ts';

/** What every use case works with. A use case that needs more declares it (`Engine & CloudHookEngine`). One per process. */
export interface Engine {
  database: Database;
  streams: Streams;
  writer: Writer;
  /** What follows when flow runs move, in this order. */
  followers: readonly FlowRunFollower[];
}
