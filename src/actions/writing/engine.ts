import { type CloudHookAddresses, DEFAULT_CLOUD_HOOK_ADDRESSES } from '../../core/cloudHooks/cloudHookPayload.ts';
import type { Database } from '../../store/connection/database.ts';
import type { Streams } from '../../streams/streams.ts';
import { BulkProgress } from '../bulkJobs/bulkProgress.ts';
import { BulkWorker } from '../bulkJobs/bulkWorker.ts';
import type { RecentTasks } from '../prefect1Runs/getOrCreateTaskRun.ts';
import { Recent } from './recent.ts';
import { createWriter, drainWriter, type Writer } from './writer.ts';

/** The runs of a mapped task are asked for one after the other. */
const RECENT_TASKS_MS = 5_000;

/** What every use case works with. One for a process. */
export interface Engine {
  database: Database;
  streams: Streams;
  writer: Writer;
  bulkWorker: BulkWorker;
  bulkProgress: BulkProgress;
  cloudHookAddresses: CloudHookAddresses;
  recentTasks: RecentTasks;
}

export interface EngineOptions {
  /** How many writes of a kind may wait before further ones are refused. Default 10,000. */
  maxWaitingWrites?: number;
  cloudHookAddresses?: CloudHookAddresses;
}

export const startEngine = (
  database: Database,
  streams: Streams,
  { maxWaitingWrites = 10_000, cloudHookAddresses = DEFAULT_CLOUD_HOOK_ADDRESSES }: EngineOptions = {},
): Engine => ({
  database,
  streams,
  writer: createWriter(database, streams, { maxWaiting: maxWaitingWrites }),
  bulkWorker: new BulkWorker(database, streams),
  bulkProgress: new BulkProgress(database),
  cloudHookAddresses,
  recentTasks: new Recent(RECENT_TASKS_MS),
});

/** Waits until everything that was asked for has been written and answered; bulk jobs go on where a server is left. */
export async function stopEngine({ writer, bulkWorker, bulkProgress }: Engine): Promise<void> {
  await Promise.all([drainWriter(writer), bulkWorker.stop(), bulkProgress.close()]);
}
