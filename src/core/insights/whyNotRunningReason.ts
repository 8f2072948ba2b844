import type { Instant } from '../values/instant.ts';

interface Reason<Kind extends string> {
  kind: Kind;
  /** A sentence for users. */
  message: string;
  /** When this began to block the run; null if unknown. */
  since: Instant | null;
}

export interface SlotHolder {
  flowRunId: string;
  since: Instant;
}

export interface SeenAgent {
  id: string;
  name: string | null;
  labels: string[];
  missingLabels: string[];
  lastQueried: Instant | null;
}

/** A reason why a flow run is not running, with its facts. `kind` is the name of the GraphQL type. */
export type WhyNotRunningReason =
  | (Reason<'ScheduledInFuture'> & { scheduledTime: Instant; seconds: number })
  | (Reason<'AwaitingRetry'> & { scheduledTime: Instant; seconds: number; runCount: number })
  | (Reason<'LateRun'> & { scheduledTime: Instant; seconds: number })
  | (Reason<'DeploymentDeleted'> & { deploymentId: string })
  | Reason<'NoWorkQueue'>
  | (Reason<'WorkPoolPaused'> & InPool)
  | (Reason<'WorkQueuePaused'> & InQueue)
  | (Reason<'NoWorker'> & InPool & { lastHeartbeat: Instant | null })
  | (Reason<'QueueNotPolled'> & InQueue & { lastPolled: Instant | null })
  | (Reason<'NoAgent'> & { labels: string[]; agents: SeenAgent[] })
  | (Reason<'NoFreeSlot'> & { limitName: string; limit: number; taken: number; holders: SlotHolder[] })
  | (Reason<'PendingRun'> & { seconds: number })
  | (Reason<'PausedRun'> & { pauseTimeout: Instant | null; pauseKey: string | null; suspended: boolean })
  | (Reason<'WaitingForInput'> & { schemaKey: string | null; keys: string[]; requiredKeys: string[] })
  | (Reason<'CancellingRun'> & { seconds: number })
  | (Reason<'TaskRunsStillRunning'> & { count: number; taskRunIds: string[] });

export type WhyNotRunningKind = WhyNotRunningReason['kind'];
export type WhyNotRunningReasonOf<Kind extends WhyNotRunningKind> = Extract<WhyNotRunningReason, { kind: Kind }>;

interface InPool {
  workPoolId: string;
  workPoolName: string;
}
interface InQueue extends InPool {
  workQueueId: string;
  workQueueName: string;
}

const UNITS = [
  [86_400, 'days'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

/** Formats a duration roughly for users, 200 seconds as `3 min`. Programs read the exact seconds. */
export function roughly(seconds: number): string {
  const [size, unit] = UNITS.find(([least]) => seconds >= 2 * least) ?? [1, 's'];
  return `${Math.floor(seconds / size)} ${unit}`;
}
