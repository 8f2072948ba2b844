import { type CloudHookAddresses, DEFAULT_CLOUD_HOOK_ADDRESSES } from '../core/cloudHooks/cloudHookRequests.ts';
import type { Database } from '../store/connection/database.ts';
import { BulkProgress } from '../streams/bulkProgress.ts';
import type { Streams } from '../streams/streams.ts';
import type { BulkEngine } from './bulkJobs/bulkEngine.ts';
import { BulkWorker } from './bulkJobs/bulkWorker.ts';
import { createHookDestinations, type HookDestinations } from './cloudHooks/hookDestinations.ts';
import { createHookSender } from './cloudHooks/hookSender.ts';
import type { CloudHookEngine } from './cloudHooks/sendCloudHook.ts';
import { moveParentTaskRuns } from './flowRuns/moveParentTaskRuns.ts';
import { storeRunInputs } from './flowRuns/storeRunInputs.ts';
import { followPrefect1Moves } from './prefect1Runs/followPrefect1Moves.ts';
import type { MappedTaskEngine } from './prefect1Runs/getOrCreateTaskRun.ts';
import type { Engine } from './writing/engine.ts';
import type { FlowRunFollower } from './writing/moveFlowRunBatch.ts';
import { Recent } from './writing/recent.ts';
import { createWriter, drainWriter } from './writing/writer.ts';

/** What follows when flow runs move, in this order. To add a follower, add it here. */
const FOLLOWERS: readonly FlowRunFollower[] = [storeRunInputs, moveParentTaskRuns, followPrefect1Moves];

/** Clients request the runs of a mapped task one after the other. */
const RECENT_TASKS_MS = 5_000;

/** An engine with the parts that any use case needs. */
export type StartedEngine = Engine & BulkEngine & CloudHookEngine & MappedTaskEngine;

export interface EngineOptions {
  /** How many writes of a kind may wait before further ones are refused. Default 10,000. */
  maxWaitingWrites?: number;
  cloudHookAddresses?: CloudHookAddresses;
  /** Default: public addresses only. */
  hookDestinations?: HookDestinations;
}

export function startEngine(
  database: Database,
  streams: Streams,
  {
    maxWaitingWrites = 10_000,
    cloudHookAddresses = DEFAULT_CLOUD_HOOK_ADDRESSES,
    hookDestinations = createHookDestinations([]),
  }: EngineOptions = {},
): StartedEngine {
  return {
    database,
    streams,
    writer: createWriter(database, streams, { maxWaiting: maxWaitingWrites, followers: FOLLOWERS }),
    followers: FOLLOWERS,
    bulkWorker: new BulkWorker(database, streams, FOLLOWERS),
    bulkProgress: new BulkProgress(database),
    cloudHookAddresses,
    hookSender: createHookSender(hookDestinations),
    recentTasks: new Recent(RECENT_TASKS_MS),
  };
}

/** Resolves when every accepted write is committed and answered. Unfinished bulk jobs stay for another process. */
export async function stopEngine({ writer, bulkWorker, bulkProgress }: StartedEngine): Promise<void> {
  await Promise.all([drainWriter(writer), bulkWorker.stop(), bulkProgress.close()]);
}
